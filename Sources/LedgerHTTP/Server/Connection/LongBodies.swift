import Synchronization

/// How much memory the long bodies of all connections take, so that no number of clients can make them take more than is allowed.
final class LongBodies: Sendable {
    private let limitBytes: Int
    private let usedBytes = Mutex(0)

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    fileprivate func take(_ bytes: Int) -> Bool {
        usedBytes.withLock { used in
            guard used + bytes <= limitBytes else { return false }
            used += bytes
            return true
        }
    }

    fileprivate func giveBack(_ bytes: Int) {
        usedBytes.withLock { $0 -= bytes }
    }
}

/// What one long body takes, until nobody holds the claim any more.
final class LongBodyClaim: Sendable {
    private let bodies: LongBodies
    private let bytes = Mutex(0)

    init(on bodies: LongBodies) {
        self.bodies = bodies
    }

    /// Whether the body may grow to that length.
    func grow(to length: Int) -> Bool {
        bytes.withLock { bytes in
            guard bodies.take(length - bytes) else { return false }
            bytes = length
            return true
        }
    }

    deinit {
        bodies.giveBack(bytes.withLock { $0 })
    }
}
