import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

/// What the writer keeps in memory of the things that charges name, so that most charges read no table. The writer's alone: it
/// tells when a batch begins, when a key changes, and when a batch was not committed.
final class ChargeDirectory {
    struct Credential {
        var reference: CredentialReference
        var keyID: KeyID
    }

    /// What is kept of credentials, keys and subjects each; beyond it all is forgotten and read again.
    private static let most = 100_000

    var recent = RecentCharges()
    var producers = Producers()
    /// By kind; empty until they are read.
    private var names: [NameNumbers] = []
    private var credentials = FlatMap<Token, Credential>()
    /// `nil` where what was known is out of date.
    private var keys = FlatMap<KeyID, ChargedKey?>()
    private var subjects = FlatMap<ByteText, UInt64>()

    /// A batch begins, which reads the views where they stand or later.
    func begin(viewsAt position: Position) {
        recent.begin(viewsAt: position)
        producers.begin()
        for index in names.indices { names[index].begin() }
    }

    /// The batch was not committed: what it has put into the tables is not there.
    func rollBack() {
        recent.rollBack()
        producers.rollBack()
        for index in names.indices { names[index].rollBack() }
        credentials.removeAll()
        keys.removeAll()
        subjects.removeAll()
    }

    /// A key was changed.
    func forget(_ keyID: KeyID) {
        if let number = keys.number(of: keyID) { keys[number: number] = nil }
    }
}

extension ChargeDirectory {
    /// The credential with a token, of whichever key; `nil` if no key ever had it.
    func credential(
        _ token: Token, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Credential? {
        if let known = credentials[token] { return known }
        guard let state = try queries.credential(token, in: &transaction) else { return nil }
        if credentials.count >= Self.most { credentials.removeAll() }
        let credential = Credential(reference: state.reference, keyID: state.keyID)
        credentials.put(token, credential)
        return credential
    }

    /// The revision of a key in force at a moment; the first one before it.
    func revision(
        of keyID: KeyID, at moment: Instant, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ChargedKey.Revision {
        if let number = keys.number(of: keyID), let revision = keys[number: number]?.revision(at: moment) { return revision }
        let key = try key(keyID, queries, in: &transaction)
        if let revision = key.revision(at: moment) { return revision }
        return try past(keyID, key, queries, in: &transaction).revision(at: moment) ?? key.current
    }

    /// A revision of a key by its number.
    func revision(
        _ number: UInt64, of keyID: KeyID, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ChargedKey.Revision? {
        let key = try key(keyID, queries, in: &transaction)
        if let revision = key.revision(number) { return revision }
        return try past(keyID, key, queries, in: &transaction).revision(number)
    }

    private func key(
        _ keyID: KeyID, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ChargedKey {
        if let known = keys[keyID] ?? nil { return known }
        guard let state = try queries.state(of: keyID, in: &transaction) else { throw queries.missing(keyID) }
        if keys.count >= Self.most { keys.removeAll() }
        let key = ChargedKey(state)
        keys.put(keyID, key)
        return key
    }

    private func past(
        _ keyID: KeyID, _ key: ChargedKey, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ChargedKey {
        guard key.past.isEmpty else { return key }
        var key = key
        key.past = try queries.revisions(of: keyID, in: &transaction).map { ChargedKey.Revision($0) }
        keys.put(keyID, key)
        return key
    }
}

extension ChargeDirectory {
    /// What a charge says for a name; `nil` if the name has to be introduced first.
    func name(
        _ kind: NameKind, _ name: ByteText, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ChargeName? {
        if names.isEmpty { try readNames(queries, in: &transaction) }
        return names[Int(kind.rawValue)].known(name)
    }

    /// Gives a name its number.
    func introduce(_ kind: NameKind, _ name: ByteText) -> UInt32 { names[Int(kind.rawValue)].introduce(name) }

    private func readNames(_ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        var read = [NameNumbers](repeating: NameNumbers(), count: NameKind.allCases.count + 1)
        for kind in NameKind.allCases {
            for (number, name) in try queries.keys.names(of: kind, in: &transaction) { read[Int(kind.rawValue)].take(name, number: number) }
        }
        names = read
    }

    /// The number of a person or service; `nil` if it was never named.
    func subject(
        _ name: ByteText, _ queries: KeyQueries, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> UInt64? {
        if let known = subjects[name] { return known }
        guard let number = try queries.keys.subject(named: name.text, in: &transaction) else { return nil }
        take(name, subject: number)
        return number
    }

    func take(_ name: ByteText, subject number: UInt64) {
        if subjects.count >= Self.most { subjects.removeAll() }
        subjects.put(name, number)
    }
}
