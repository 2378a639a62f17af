import LedgerDomain
package import LedgerSchema

/// What a key was called, and whose it was, at one revision.
package struct KeyLabel: Hashable, Sendable {
    package var alias: String?
    package var teamID: String?
    package var organizationID: String?
    package var agentID: String?
    /// Subject number of the user.
    package var user: UInt64?

    package init(
        alias: String? = nil, teamID: String? = nil, organizationID: String? = nil, agentID: String? = nil, user: UInt64? = nil
    ) {
        self.alias = alias
        self.teamID = teamID
        self.organizationID = organizationID
        self.agentID = agentID
        self.user = user
    }
}

/// Every revision of a key up to some position.
package struct KeyLife: Sendable {
    /// By revision, from 1.
    package var labels: [KeyLabel]
    /// By revision, from 1.
    package var positions: [Position]
    package var deletedAt: Position?

    package init(labels: [KeyLabel], positions: [Position], deletedAt: Position? = nil) {
        self.labels = labels
        self.positions = positions
        self.deletedAt = deletedAt
    }

    /// - Throws: ``FoldError`` if the key has no such revision.
    func label(_ revision: UInt64, of keyID: KeyID) throws -> KeyLabel {
        guard revision >= 1, revision <= UInt64(labels.count) else {
            throw FoldError(position: .none, message: "a charge names revision \(revision) of key \(keyID), which has \(labels.count)")
        }
        return labels[Int(revision) - 1]
    }
}

/// A credential that charges name.
package struct ChargedCredential: Hashable, Sendable {
    package var keyID: KeyID
    package var token: Token
    package var reference: CredentialReference

    package init(keyID: KeyID, token: Token, reference: CredentialReference) {
        self.keyID = keyID
        self.token = token
        self.reference = reference
    }
}

/// What stands behind the numbers in rows of charges.
package protocol ActivityDirectory: AnyObject {
    func credential(_ reference: CredentialReference) throws -> ChargedCredential
    /// `nil` for a token that no key ever had.
    func credential(of token: Token) throws -> ChargedCredential?
    func credentials(of keyID: KeyID) throws -> [ChargedCredential]
    func life(of keyID: KeyID) throws -> KeyLife
    func name(_ kind: NameKind, _ number: UInt32) throws -> String
    /// The text whose SHA-256 begins with 16 bytes.
    func text(_ hash: [UInt8]) throws -> String
    /// A name too if its text has gone.
    func subjectName(_ number: UInt64) throws -> String
}
