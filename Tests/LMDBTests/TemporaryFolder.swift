import Glibc
import LMDB

/// A folder of a test's own, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/lmdb-test-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw LMDBError(.system, "no folder", operation: "mkdtemp") }
        path = unsafe String(cString: made)
    }

    deinit { TemporaryFolder.remove(path) }

    var data: String { path + "/data.mdb" }

    private static func remove(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            unsafe closedir(folder)
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }
}
