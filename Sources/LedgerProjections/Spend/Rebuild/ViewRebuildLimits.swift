/// How much a rebuild holds in memory. Some 150 MB together, whatever the log's size.
package struct ViewRebuildLimits: Hashable, Sendable {
    /// Events that a thread takes at once.
    package var blockEvents = 16_384
    /// Rows of quarters that wait to be put in order, of all tables and threads together.
    package var rollupRows = 200_000
    /// Rows of quarters that a thread sums by key at once: so few that a processor's own memory holds them.
    package var summedRows = 4_096
    /// Memory of the rows of one run; as much again while they are sorted.
    package var runBytes = 32 << 20
    /// Keys and windows whose sums are in memory.
    package var keys = 65_536
    package var windows = 262_144
    /// Buffers of all runs that are merged.
    package var mergeBytes = 32 << 20

    package init() {}

    package static let standard = ViewRebuildLimits()
}
