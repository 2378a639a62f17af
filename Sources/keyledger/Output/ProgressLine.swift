import Glibc

/// How far a long piece of work is, on standard error: one line with rate and time left on a terminal, otherwise a plain line every few
/// seconds.
struct ProgressLine {
    private static let intervalSeconds = 2.0

    private let what: String
    private let isTerminal: Bool
    private let isSilent: Bool
    private let start: Double
    private var lastShown: Double
    private var isShown = false

    init(_ what: String, isSilent: Bool = false) {
        self.what = what
        self.isSilent = isSilent
        isTerminal = Terminal.isNoteTerminal
        start = Self.now()
        lastShown = start
    }

    /// - Parameter total: 0 if nobody knows.
    mutating func show(_ done: UInt64, of total: UInt64) {
        let moment = Self.now()
        guard !isSilent, moment - lastShown >= (isTerminal ? 0.1 : Self.intervalSeconds) else { return }
        lastShown = moment
        isShown = true
        let line = text(done, total, seconds: moment - start)
        Terminal.raw(isTerminal ? "\r\u{1B}[K\(line)" : line + "\n", to: STDERR_FILENO)
    }

    /// Takes the line away, so that the result stands in its place.
    mutating func end() {
        if isShown, isTerminal { Terminal.raw("\r\u{1B}[K", to: STDERR_FILENO) }
        isShown = false
    }

    private func text(_ done: UInt64, _ total: UInt64, seconds: Double) -> String {
        let rate = seconds > 0 ? Double(done) / seconds : 0
        guard total > 0 else { return "\(what): \(done), \(Int(rate))/s" }
        let share = Int(Double(done) / Double(total) * 100)
        let left = rate > 0 && total > done ? ", \(Self.duration(Double(total - done) / rate)) left" : ""
        return "\(what): \(done) of \(total) (\(share) %), \(Int(rate))/s\(left)"
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3_600) h \(whole / 60 % 60) min"
    }

    private static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
