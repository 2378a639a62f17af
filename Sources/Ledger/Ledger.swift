package import LMDB
import LedgerDomain
public import LedgerLog
import LedgerProjections
public import LedgerSchema
import MerkleTree

/// A ledger in a folder: the library's face.
///
/// One process writes (``Access/readWrite``), others may read beside it. ``execute(_:)`` returns when its events are flushed;
/// every query answers from the state at head.
public final class Ledger: Sendable {
    public enum Access: Sendable, Hashable {
        case readWrite
        case readOnly
    }

    public struct Options: Sendable {
        public var access: Access
        /// Commands that may wait for the writer.
        public var queueCapacity: Int
        /// Believes the wall clock whatever it says.
        public var acceptsClock: Bool
        /// Opens on NFS and the like.
        public var allowsNetworkFileSystem: Bool
        /// Address space for the log; it grows when it is full, and less is taken where the system gives less.
        public var mapSizeBytes: Int
        /// Shown to a second writer that is refused.
        public var url: String
        public var observer: LedgerObserver
        /// Names of zones whose days have tables of their own, so that reports of them are as fast as those of UTC; UTC itself needs none.
        /// `nil` keeps those that the folder has; any other list removes those that are not in it. Of a writer alone.
        public var reportZones: [String]?
        /// Where the rules of zones come from.
        public var timeZones: TimeZoneDatabase
        /// How long charges may wait before they are folded into the views.
        package var foldIntervalNanoseconds: Int64 = 250_000_000
        /// Charges that may wait to be folded; beyond it no more are taken.
        package var mostUnfoldedCharges = 1_000_000

        public init(
            access: Access = .readWrite, queueCapacity: Int = 4_096, acceptsClock: Bool = false, allowsNetworkFileSystem: Bool = false,
            mapSizeBytes: Int = 256 << 30, url: String = "", observer: LedgerObserver = LedgerObserver(), reportZones: [String]? = nil,
            timeZones: TimeZoneDatabase = .system
        ) {
            self.access = access
            self.queueCapacity = queueCapacity
            self.acceptsClock = acceptsClock
            self.allowsNetworkFileSystem = allowsNetworkFileSystem
            self.mapSizeBytes = mapSizeBytes
            self.url = url
            self.observer = observer
            self.reportZones = reportZones
            self.timeZones = timeZones
        }
    }

    public let folder: String
    public let logID: LogID
    let store: Store
    let views: SpendViews
    /// Of keys that reports have asked for.
    let lives = KeyLives()
    let upkeep = Upkeep()
    let environment: LedgerEnvironment
    let secrets = RecentSecrets()
    let published: PublishedState
    let recentFacts = KeyFactsCache()
    let recentNames = RecentNames()
    private let lock: FolderLock?
    let queue: CommandQueue
    private let thread: DedicatedThread?

    /// Opens the ledger in a folder.
    ///
    /// - Throws: ``LedgerError``: `notALedger`, `locked` (naming the writer), `unknownFormat`, `damaged`, `storage`; `invalidCommand` for
    ///   report zones that cannot be.
    public static func open(
        _ folder: String, _ options: Options = Options(), environment: LedgerEnvironment = .system
    ) throws -> Ledger {
        do {
            return try Ledger(folder, options, environment)
        } catch {
            throw LedgerError(error, log: Layout.log(folder))
        }
    }

    private init(_ folder: String, _ options: Options, _ environment: LedgerEnvironment) throws {
        self.folder = folder
        self.environment = environment
        let zones = try options.zones()
        try Layout.requireLedger(folder)
        lock = options.access == .readWrite ? try FolderLock(folder, url: options.url) : nil
        logID = try Layout.format(folder, options).logID
        store = try Layout.openLog(folder, options)
        let store = self.store
        queue = CommandQueue(capacity: options.queueCapacity)
        published = PublishedState()
        if options.access == .readWrite { try TailCheck.run(store, logID) }
        do { views = try SpendViews(folder, store, logID, options, zones) } catch { throw UnopenedViews(cause: error, folder: folder) }
        let views = self.views
        guard options.access == .readWrite else {
            thread = nil
            let head = try store.environment.read { try LogReader(store.log).head(in: &$0) }
            published.change { $0 = Writer.Published(head: head) }
            return
        }
        let head = try store.environment.read { try LogReader(store.log).head(in: &$0) }
        var clockGuard = ClockGuard()
        clockGuard.start(
            wallClock: environment.now(), uptime: environment.uptimeNanoseconds(), head: head.recordedAt,
            isSynchronised: environment.isClockSynchronised())
        let start = WriterStart(
            acceptsClock: options.acceptsClock,
            store: store, environment: environment, queue: queue, observer: options.observer, published: published, views: views,
            clockGuard: clockGuard)
        try start.verify()
        try views.start()
        thread = try DedicatedThread(name: "ledger-writer") { start.run() }
    }

    /// Ends the threads of a ledger that nobody closed.
    deinit {
        upkeep.end()
        queue.close()
        views.requestStop()
    }

    /// Whether this process may write.
    var isWriter: Bool { thread != nil }

    /// Lets nothing more in, finishes what waits, folds what is left, lets go of the folder.
    public func close() { close(folding: true) }

    /// - Parameter folding: `false` leaves the tail to the next start, as a process that is killed does.
    package func close(folding: Bool) {
        upkeep.close()
        queue.close()
        thread?.join()
        published.change { ($0.isSettled, $0.areKeysSettled) = (false, false) }
        views.close(folding: folding)
        store.environment.close()
        lock?.release()
    }

    /// The log's environment: for tests and tools of this package.
    package var logEnvironment: Environment { store.environment }
    /// That of the views.
    package var viewsEnvironment: Environment { get throws { try views.environment } }

    /// Names the URL that the folder's writer answers at.
    public func announce(url: String) throws {
        do { try lock?.announce(url: url) } catch { throw LedgerError(error) }
    }

    /// The head as it was last flushed.
    public var head: Head {
        guard !isWriter else { return published.value.head }
        let latest = try? store.environment.read { (transaction: inout ReadTransaction) throws in
            try LogReader(store.log).head(in: &transaction)
        }
        return latest ?? published.value.head
    }

    /// The moment of asking: the wall clock, but never before the head.
    public var moment: Instant { max(environment.now(), head.recordedAt) }

    /// Why the ledger cannot take commands; `nil` if it can.
    public var unreadiness: String? {
        if let reason = store.environment.poisonReason { return "poisoned: \(reason)" }
        if let reason = views.fold.failure { return "charges are not folded: \(reason)" }
        return published.value.clockLeap
    }
}
