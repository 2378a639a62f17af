/// What a rebuild of the views has done.
public struct ViewRebuildReport: Hashable, Sendable {
    /// Why the views that were there were given up without a comparison; `nil` if they were compared, or there were none.
    public var unreadable: String?
    /// The last event that both were folded to.
    public var position: UInt64
    /// The version of the fold that filled the views that were there; `nil` if there were none that could be read.
    public var oldVersion: UInt32?
    public var newVersion: UInt32
    public var oldDigest: String
    public var newDigest: String
    /// Whether the new views answer from now on. If not, both are kept: the new ones beside the others, in a folder of their own.
    public var isSwapped: Bool
    /// How the tables differ, if the digests or the versions do.
    public var changes: [ViewTableChange] = []
    /// Some of the rows that differ.
    public var differences: [ViewDifference] = []
    /// Where the new views are kept if they do not answer.
    public var keptFolder: String?
}
