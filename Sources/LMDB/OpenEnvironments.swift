import Glibc

/// A file or folder, whatever path leads to it.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    /// nil if there is no such file.
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// The files that this process has open in environments: a second one on any of them would break the locks of the first.
enum OpenEnvironments {
    private struct State {
        var taken: Set<FileIdentity> = []
        var lastNumber: UInt32 = 0
    }

    private static let state = Monitor(State())

    /// A number that no other environment of this process has had.
    static func nextNumber() -> UInt32 {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    /// Takes all of `identities`, or none and `false` if one is taken.
    static func reserve(_ identities: [FileIdentity]) -> Bool {
        state.withLock { state in
            guard state.taken.isDisjoint(with: identities) else { return false }
            state.taken.formUnion(identities)
            return true
        }
    }

    /// Gives `identities` back once `close` has closed their files: not before, when a second environment could still break the locks,
    /// and not visibly after, when an inode that nobody holds may be a new file's already.
    static func release(_ identities: [FileIdentity], afterClosing close: () -> Void = {}) {
        state.withLock { state in
            close()
            state.taken.subtract(identities)
        }
    }
}
