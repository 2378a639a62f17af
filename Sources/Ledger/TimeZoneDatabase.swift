import Glibc
public import LedgerDomain

/// The time zones that the system knows: its tzdata. No rules are built in, so that an update of the system's package is enough.
public struct TimeZoneDatabase: Sendable {
    /// Holds a TZif file for each zone.
    public let folder: String

    public init(folder: String) { self.folder = folder }

    /// Where tzdata lies on Linux.
    public static let system = TimeZoneDatabase(folder: "/usr/share/zoneinfo")

    private static let largestFileSizeBytes = 65_536

    /// The rules of a zone of the IANA database, `Europe/Berlin`; read anew each time.
    ///
    /// - Throws: `unknownZone`; `noDatabase` if the folder is missing; `damaged`.
    public func rules(named name: String) throws(TimeZoneError) -> TimeZoneRules {
        guard Self.isName(name) else { throw Self.unknown(name) }
        guard Layout.exists(folder) else {
            throw TimeZoneError(
                .noDatabase, "this system has no time zone rules (\(folder)): install the package tzdata, or give `timezone` in minutes")
        }
        guard let bytes = Self.read(folder + "/" + name) else { throw Self.unknown(name) }
        return try TimeZoneRules(name: name, tzif: bytes)
    }

    /// Parts of letters, digits, `_`, `+` and `-`, divided by `/`: nothing that could lead out of the folder.
    static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= 64 else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.allSatisfy(isNameByte)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// A file's bytes; nil if it is no file, too large or cannot be read.
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: largestFileSizeBytes)
        var count = 0
        while count < bytes.count {
            let step = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count)
            }
            if step < 0 { return nil }
            if step == 0 { break }
            count += step
        }
        return count < bytes.count ? Array(bytes.prefix(count)) : nil
    }

    private static func unknown(_ name: String) -> TimeZoneError {
        let shown = isName(name) ? " \(name)" : ""
        return TimeZoneError(.unknownZone, "there is no time zone\(shown): give a name such as Europe/Berlin")
    }
}
