/// Holds whoever passes until it is opened, and tells when somebody stands before it. For one passer.
struct Gate: Sendable {
    private let entered = AsyncStream.makeStream(of: Void.self)
    private let released = AsyncStream.makeStream(of: Void.self)

    func pass() async {
        entered.continuation.yield()
        for await _ in released.stream { return }
    }

    func waitUntilEntered() async {
        for await _ in entered.stream { return }
    }

    func open() { released.continuation.yield() }
}
