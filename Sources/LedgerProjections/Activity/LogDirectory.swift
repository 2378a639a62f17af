package import LMDB
import LedgerDomain
package import LedgerLog
package import LedgerSchema

/// Reads from the log and the key tables what stands behind the numbers of a report, up to one position.
///
/// Each question is a transaction of its own: events and names never change, so that the answers agree whatever is appended meanwhile.
package final class LogDirectory: ActivityDirectory {
    private let environment: Environment
    private let tables: (inout ReadTransaction) throws -> KeyTables
    private let log: LogReader
    private let lives: KeyLives
    private let position: Position
    private let textOfHash: ([UInt8]) throws -> String?
    private var subjects: [UInt64: String] = [:]
    private var checked: [KeyID: KeyLife] = [:]

    /// - Parameters:
    ///   - tables: those that answer in a transaction: a rebuild may swap them.
    ///   - position: what was recorded later is not there.
    ///   - text: the text of a hash, from the views.
    package init(
        _ environment: Environment, _ log: LogTables, _ lives: KeyLives, position: Position,
        tables: @escaping (inout ReadTransaction) throws -> KeyTables, text: @escaping ([UInt8]) throws -> String?
    ) {
        self.environment = environment
        self.tables = tables
        self.log = LogReader(log)
        self.lives = lives
        self.position = position
        textOfHash = text
    }

    package func credential(_ reference: CredentialReference) throws -> ChargedCredential {
        if let known = lives.credential(reference) { return known }
        let found = try environment.read { (transaction: inout ReadTransaction) throws in
            try log.event(at: reference.position, in: &transaction)
        }
        guard let keyID = found.keyID, let token = found.token(ordinal: reference.ordinal) else {
            throw FoldError(position: reference.position, message: "charges name a credential that this event does not introduce")
        }
        let credential = ChargedCredential(keyID: keyID, token: token, reference: reference)
        lives.keep(credential)
        return credential
    }

    package func credential(of token: Token) throws -> ChargedCredential? {
        let found = try environment.read { (transaction: inout ReadTransaction) throws in
            try keys(in: &transaction).credential(token, in: &transaction)
        }
        guard let found, found.reference.position <= position else { return nil }
        return ChargedCredential(keyID: found.keyID, token: token, reference: found.reference)
    }

    package func credentials(of keyID: KeyID) throws -> [ChargedCredential] {
        let found = try environment.read { (transaction: inout ReadTransaction) throws in
            try keys(in: &transaction).credentials(of: keyID, in: &transaction)
        }
        return found.filter { $0.reference.position <= position }.map {
            ChargedCredential(keyID: keyID, token: $0.token, reference: $0.reference)
        }
    }

    package func life(of keyID: KeyID) throws -> KeyLife {
        if let known = checked[keyID] { return known }
        let whole = try wholeLife(of: keyID)
        let count = whole.positions.count { $0 <= position }
        let life = KeyLife(
            labels: Array(whole.labels.prefix(count)), positions: Array(whole.positions.prefix(count)),
            deletedAt: whole.deletedAt.flatMap { $0 <= position ? $0 : nil })
        checked[keyID] = life
        return life
    }

    private func wholeLife(of keyID: KeyID) throws -> KeyLives.Life {
        let known = lives.life(of: keyID)
        if known?.deletedAt != nil, let known { return known }
        let life = try environment.read { (transaction: inout ReadTransaction) throws in
            let positions = try keys(in: &transaction).revisions(of: keyID, in: &transaction)
            if let known, known.positions.count == positions.count { return known }
            return try fold(positions, in: &transaction)
        }
        lives.keep(life, of: keyID)
        return life
    }

    private func keys(in transaction: inout ReadTransaction) throws -> KeyReader { KeyReader(try tables(&transaction)) }

    private func fold(_ positions: [Position], in transaction: inout ReadTransaction) throws -> KeyLives.Life {
        var life = KeyLives.Life()
        var state: KeyState?
        for position in positions {
            let next = try evolve(state, try log.event(at: position, in: &transaction)).state
            life.labels.append(KeyLabel(next))
            life.positions.append(position)
            if next.isDeleted { life.deletedAt = position }
            state = next
        }
        return life
    }

    package func name(_ kind: NameKind, _ number: UInt32) throws -> String {
        let name = try environment.read { (transaction: inout ReadTransaction) throws in
            try keys(in: &transaction).name(kind, number, in: &transaction)
        }
        guard let name else { throw FoldError(position: .none, message: "charges name \(kind) \(number), which no event introduces") }
        return name
    }

    package func text(_ hash: [UInt8]) throws -> String {
        guard let text = try textOfHash(hash) else { throw StoredRollup.damaged }
        return text
    }

    package func subjectName(_ number: UInt64) throws -> String {
        if let known = subjects[number] { return known }
        let name = try environment.read { (transaction: inout ReadTransaction) throws in
            try keys(in: &transaction).name(ofSubject: number, in: &transaction)
        }
        let shown = name ?? "erased-\(number)"
        subjects[number] = shown
        return shown
    }
}

extension KeyLabel {
    init(_ state: KeyState) {
        self.init(
            alias: state.alias, teamID: state.terms.teamID, organizationID: state.terms.organizationID, agentID: state.terms.agentID,
            user: state.terms.subject)
    }
}

extension RecordedEvent {
    /// The credential that the event introduces under an ordinal.
    func token(ordinal: UInt32) -> Token? {
        switch event {
        case .keyCreated(let event): ordinal == 0 ? event.token : nil
        case .keyRegenerated(let event): ordinal == 0 ? event.newToken : nil
        case .keyImported(let event):
            ordinal == 0 ? event.token : event.credentials.dropFirst(Int(ordinal) - 1).first?.token
        default: nil
        }
    }
}
