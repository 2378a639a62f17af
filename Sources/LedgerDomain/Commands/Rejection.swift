public import LedgerSchema

/// Why a command was refused. A refusal changes nothing.
public struct Rejection: Error, Hashable, Sendable {
    /// In order of precedence: the first that holds is the answer. Raw values are stored in events (`RefusedItem.code`).
    public enum Code: UInt32, Sendable, Hashable, CaseIterable, Comparable {
        /// The caller's credential is not good any more.
        case callerEnded = 1
        /// The caller's role does not allow it.
        case callerNotAllowed = 2
        /// No living key has that token or key_id.
        case keyNotFound = 3
        /// No living key has that alias.
        case aliasNotFound = 4
        /// More than one living key has that alias (only imported ones can).
        case aliasAmbiguous = 5
        /// An ended credential was presented for block or delete.
        case credentialEnded = 6
        /// The secret names a credential already.
        case tokenTaken = 7
        /// Another living key has the alias.
        case aliasTaken = 8
        /// The end lies beyond what a time can hold.
        case timeOutOfRange = 9
        /// A negative amount where none may be.
        case negativeSpend = 10
        /// The event would be larger than a record may be.
        case tooLarge = 11

        public static func < (a: Code, b: Code) -> Bool { a.rawValue < b.rawValue }
    }

    public var code: Code
    /// The key that it is about, where naming it helps the caller.
    public var keyID: KeyID?
    /// The alias that it is about.
    public var alias: String?
    /// The state of the caller's credential, for `callerEnded`.
    public var callerStatus: CredentialStatus?

    public init(_ code: Code, keyID: KeyID? = nil, alias: String? = nil, callerStatus: CredentialStatus? = nil) {
        self.code = code
        self.keyID = keyID
        self.alias = alias
        self.callerStatus = callerStatus
    }
}
