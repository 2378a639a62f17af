package import Ledger

/// How the HTTP face behaves; what the operator configures.
package struct HTTPSettings: Sendable {
    /// The token of the master secret.
    package var masterToken: Token
    /// Grace of a regeneration whose request names none; `nil`: the old secret ends at once.
    package var defaultGrace: KeyDuration?
    /// Answer 404 for deleted keys on `/key/info`, instead of their history.
    package var hidesDeletedKeys: Bool

    package init(masterToken: Token, defaultGrace: KeyDuration? = nil, hidesDeletedKeys: Bool = false) {
        self.masterToken = masterToken
        self.defaultGrace = defaultGrace
        self.hidesDeletedKeys = hidesDeletedKeys
    }
}
