import Ledger
import Synchronization

/// How far a rebuild or a comparison of the views is: a line for each of its phases.
struct ViewProgressLine {
    private let what: String
    private let isSilent: Bool
    private var phase: String?
    private var line: ProgressLine

    init(_ what: String, isSilent: Bool) {
        (self.what, self.isSilent) = (what, isSilent)
        line = ProgressLine(what, isSilent: isSilent)
    }

    mutating func show(_ progress: ViewRebuildProgress) {
        // How many rows there will be is not known.
        show(progress.phase.rawValue, progress.done, of: progress.phase == .loading ? 0 : progress.of)
    }

    mutating func show(_ phase: String, _ done: UInt64, of total: UInt64) {
        if phase != self.phase {
            line.end()
            line = ProgressLine("\(what), \(phase)", isSilent: isSilent)
            self.phase = phase
        }
        line.show(done, of: total)
    }

    mutating func end() { line.end() }
}

/// The same, shown from another thread.
final class SharedProgressLine: Sendable {
    private let line: Mutex<ViewProgressLine>

    init(_ line: ViewProgressLine) { self.line = Mutex(line) }

    func show(_ progress: ViewRebuildProgress) { line.withLock { $0.show(progress) } }

    func end() { line.withLock { $0.end() } }
}
