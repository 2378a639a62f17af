import Glibc

/// A folder of a test's own, gone with it.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        var template = Array("/tmp/ledger-test-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw NoFolder() }
        path = unsafe String(cString: made)
    }

    deinit { Self.remove(path) }

    private struct NoFolder: Error {}

    private static func remove(_ path: String) {
        guard let folder = unsafe opendir(path) else {
            unsafe unlink(path)
            return
        }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        unsafe closedir(folder)
        unsafe rmdir(path)
    }
}
