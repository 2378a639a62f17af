import CLMDB

/// A named table of an environment, opened with it. Keys are compared byte by byte.
///
/// A handle is good for the environment that gave it, as long as that is open.
public struct Table: Sendable, Hashable {
    let index: MDB_dbi
    /// Number of the environment that it belongs to; every call compares it with the transaction's.
    let environment: UInt32
    /// The name that the table was opened by.
    public let name: String

    init(index: MDB_dbi, environment: UInt32, name: String) {
        self.index = index
        self.environment = environment
        self.name = name
    }
}

extension Table: CustomStringConvertible {
    public var description: String { "table \(name)" }
}
