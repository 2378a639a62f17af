import CLMDB
import Glibc

extension Environment {
    /// A data file on descriptor 0, 1 or 2 would be written to by the first stray `print`.
    static func requireStandardDescriptors(_ descriptors: ClosedRange<Int32> = 0...2) throws(LMDBError) {
        for descriptor in descriptors where fcntl(descriptor, F_GETFD) == -1 {
            throw LMDBError(
                .standardDescriptorClosed,
                "descriptor \(descriptor) is closed; start the process with it open, e.g. on /dev/null", operation: "open")
        }
    }

    static func prepareFolder(_ folder: String, _ options: Options) throws(LMDBError) {
        if options.access == .readWrite, unsafe mkdir(folder, 0o700) == 0 {
            return try flushFolder(parent(of: folder))
        }
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else {
            throw LMDBError(result: errno, operation: "open", path: folder)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw LMDBError(.badOption, "not a folder; give the folder that holds data.mdb", operation: "open", path: folder)
        }
    }

    /// Makes the names in a folder durable; liblmdb flushes only what is in its files.
    package static func flushFolder(_ folder: String) throws(LMDBError) {
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(result: errno, operation: "open", path: folder) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw LMDBError(result: errno, operation: "fsync", path: folder) }
    }

    private static func parent(of folder: String) -> String {
        var parts = folder.split(separator: "/", omittingEmptySubsequences: true)
        _ = parts.popLast()
        let path = parts.joined(separator: "/")
        if folder.hasPrefix("/") { return "/" + path }
        return path.isEmpty ? "." : path
    }

    static func requireLocalFileSystem(_ folder: String) throws(LMDBError) {
        var system = statfs()
        guard unsafe statfs(folder, &system) == 0 else {
            throw LMDBError(result: errno, operation: "statfs", path: folder)
        }
        guard let name = unsuitableFileSystem(UInt32(truncatingIfNeeded: system.f_type)) else { return }
        throw LMDBError(
            .networkFileSystem,
            "the folder lies on \(name), where locks and maps may not hold; use a local disk, or allow it knowingly",
            operation: "open", path: folder)
    }

    /// The name of a file system that liblmdb must not be used on, by its magic number (statfs(2)).
    static func unsuitableFileSystem(_ magic: UInt32) -> String? {
        switch magic {
        case 0x6969: "NFS"
        case 0x517B, 0xFF53_4D42, 0xFE53_4D42: "SMB"
        case 0x0102_1997: "9p"
        case 0x6573_5546: "FUSE"
        case 0x00C3_6400: "Ceph"
        case 0x794C_7630: "an overlay"
        default: nil
        }
    }

    /// Looks at the data file before liblmdb does. `true` if it is to be created.
    static func inspectDataFile(_ path: String, _ options: Options) throws(LMDBError) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT, options.access == .readWrite else {
                throw LMDBError(result: errno, operation: "stat", path: path)
            }
            return true
        }
        guard status.st_size > 0 else {
            throw LMDBError(
                .truncated, "the file is empty; restore it from a backup, or delete it if it never held anything",
                operation: "open", path: path)
        }
        try DataFile(path).verify(isShared: options.access == .readOnly)
        return false
    }
}
