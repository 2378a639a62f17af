/// How much a rebuild holds in memory. Some 150 MB together, whatever the log's size.
package struct ViewRebuildLimits: Hashable, Sendable {
    /// Charges and rows of one segment; two are there at once.
    package var segmentCharges = 131_072
    package var segmentRows = 262_144
    /// Rollup rows that are summed, of all tables together.
    package var rollupRows = 160_000
    /// Memory in which a run is sorted.
    package var runBytes = 32 << 20
    /// Keys and windows whose sums are in memory.
    package var keys = 65_536
    package var windows = 262_144
    /// Buffers of all runs that are merged.
    package var mergeBytes = 32 << 20

    package init() {}

    package static let standard = ViewRebuildLimits()
}
