extension Environment {
    /// How an environment is opened.
    public struct Options: Sendable, Hashable {
        /// Who may write.
        public enum Access: Sendable, Hashable {
            /// This process is the folder's only writer (hold its ``FolderLock``).
            case readWrite
            /// Reads beside a writer in another process. Needs write access to `lock.mdb` and the same PID namespace.
            case readOnly
        }

        /// Address space reserved for the data file, in bytes; rounded up to whole pages. The file itself grows only as it fills.
        ///
        /// Halved down to ``minimumMapSizeBytes`` where the process may not have that much; ``EnvironmentInfo/mapSizeBytes`` says
        /// what it became.
        public var mapSizeBytes: Int
        /// The most named tables.
        public var maxTables: Int
        /// The most reader slots, over all processes.
        public var maxReaders: Int
        public var access: Access
        /// Opens even on NFS, SMB, 9p, FUSE, Ceph or an overlay, where locks or maps may not hold.
        public var allowNetworkFileSystem: Bool
        /// Commits do not flush. Only for filling a new folder that nobody uses yet: end with ``Environment/sync()``.
        public var noSync: Bool
        /// Turns the system's read-ahead off; better once the file outgrows memory.
        public var noReadahead: Bool

        /// The least map that opening will settle for: 1 GiB, or `mapSizeBytes` if that is smaller.
        public var minimumMapSizeBytes: Int { min(mapSizeBytes, 1 << 30) }

        public init(
            mapSizeBytes: Int = 256 << 30, maxTables: Int = 64, maxReaders: Int = 512, access: Access = .readWrite,
            allowNetworkFileSystem: Bool = false, noSync: Bool = false, noReadahead: Bool = false
        ) {
            self.mapSizeBytes = mapSizeBytes
            self.maxTables = maxTables
            self.maxReaders = maxReaders
            self.access = access
            self.allowNetworkFileSystem = allowNetworkFileSystem
            self.noSync = noSync
            self.noReadahead = noReadahead
        }
    }
}
