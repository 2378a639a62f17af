/// One batch of the writer.
public struct BatchReport: Sendable {
    public var commands: Int
    public var events: Int
    /// Charges and corrections among them.
    public var charges: Int
    /// Deciding and putting.
    public var decideNanoseconds: Int64
    /// Writing the pages and both flushes.
    public var commitNanoseconds: Int64

    public init(commands: Int, events: Int, charges: Int, decideNanoseconds: Int64, commitNanoseconds: Int64) {
        self.commands = commands
        self.events = events
        self.charges = charges
        self.decideNanoseconds = decideNanoseconds
        self.commitNanoseconds = commitNanoseconds
    }
}

/// Told by the writer after each batch, on the writer's thread: be quick.
public struct LedgerObserver: Sendable {
    public var batch: @Sendable (BatchReport) -> Void

    public init(batch: @escaping @Sendable (BatchReport) -> Void = { _ in }) { self.batch = batch }
}
