extension ViewRebuildProgress {
    public init(_ phase: Phase, _ done: UInt64 = 0, of total: UInt64 = 0) { self.init(phase: phase, done: done, of: total) }
}
