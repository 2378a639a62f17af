import CommandTestSupport
import Glibc

/// Looks for secrets in files of any kind.
enum SecretSearch {
    /// Those of some secrets, which all begin with `sk-`, that stand in the bytes.
    static func found(of secrets: Set<String>, in bytes: [UInt8]) -> Set<String> {
        let wanted = secrets.map { (secret: $0, bytes: Array($0.utf8)) }
        var found: Set<String> = []
        var index = 0
        while index + 2 < bytes.count {
            if bytes[index] == UInt8(ascii: "s"), bytes[index + 1] == UInt8(ascii: "k"), bytes[index + 2] == UInt8(ascii: "-") {
                for (secret, text) in wanted where bytes[index...].starts(with: text) { found.insert(secret) }
            }
            index += 1
        }
        return found
    }
}

extension Files {
    /// Every file below a folder.
    static func below(_ folder: String) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var paths: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let path = "\(folder)/\(name)"
            paths += isFolder(path) ? below(path) : [path]
        }
        return paths
    }

    private static func isFolder(_ path: String) -> Bool {
        guard let directory = unsafe opendir(path) else { return false }
        unsafe closedir(directory)
        return true
    }
}
