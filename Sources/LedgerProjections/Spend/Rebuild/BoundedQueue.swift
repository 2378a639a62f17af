import LMDB

/// Hands things from one thread to another, at most a few at a time.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [Element] = []
        var isClosed = false
    }

    private let state = Monitor(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// Waits for room; `false` if the queue is closed.
    func put(_ element: Element) -> Bool {
        let isTaken = state.withLock(when: { $0.isClosed || $0.waiting.count < capacity }) { state in
            if !state.isClosed { state.waiting.append(element) }
            return !state.isClosed
        }
        state.signalAll()
        return isTaken
    }

    /// Waits for the next one; `nil` once the queue is closed and empty.
    func take() -> Element? {
        let element = state.withLock(when: { $0.isClosed || !$0.waiting.isEmpty }) { state in
            state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        state.signalAll()
        return element
    }

    /// Lets nothing more in.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signalAll()
    }
}
