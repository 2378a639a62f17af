import Glibc

/// A folder that goes when it is done with.
final class BenchFolder: Sendable {
    let path: String

    convenience init(in parent: String, _ name: String) throws {
        try self.init(at: parent + "/keyledger-bench-\(name).\(getpid())")
    }

    init(at path: String) throws {
        self.path = path
        Self.remove(path)
        guard mkdir(path, 0o700) == 0 else { throw BenchError("\(path) cannot be made: \(String(cString: strerror(errno)))") }
    }

    deinit { Self.remove(path) }

    static func remove(_ path: String) {
        guard let folder = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        closedir(folder)
        rmdir(path)
    }
}
