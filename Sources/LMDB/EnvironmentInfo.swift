/// The figures of an environment at one moment.
public struct EnvironmentInfo: Sendable, Hashable {
    /// Address space reserved for the file, in bytes.
    public let mapSizeBytes: Int
    /// Bytes of the map that hold or have held data; freed pages count, they are used again.
    public let usedBytes: Int
    /// Number of the last page in use, from 0.
    public let lastPage: Int
    public let pageSizeBytes: Int
    /// Id of the last committed transaction.
    public let lastTransaction: Int
    /// Reader slots taken in all processes, idle pooled ones included.
    public let readersInUse: Int
    public let maxReaders: Int
    /// Read transactions open in this process now.
    public let liveReads: Int
    /// How long the oldest read transaction of this process has been open, in nanoseconds; nil if none is.
    public let oldestReaderAgeNanoseconds: UInt64?
    /// What the oldest read transaction is for, as its ``Environment/read(_:_:)`` was told.
    public let oldestReaderPurpose: String?
}
