import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

/// What a command comes to: events or a refusal for each item, decided in order before the first event is appended, so that
/// the first can say how many follow and what was refused.
struct CommandPlan {
    struct Item {
        var events: [Sealing] = []
        var rejection: Rejection?
        var keyID: KeyID?
        /// The credential that the answer shows, where the item was about it alone.
        var credential: Token?
    }

    private(set) var items: [Item] = []
    private let request: CommandRequest
    private let environment: LedgerEnvironment

    var count: Int { items.reduce(0) { $0 + $1.events.count } }

    var refusals: [CommandMark.Refusal] {
        items.enumerated().compactMap { index, item in
            item.rejection.map { CommandMark.Refusal(item: UInt32(index), code: $0.code.rawValue) }
        }
    }

    init(
        _ request: CommandRequest, _ queries: KeyQueries, _ environment: LedgerEnvironment, in transaction: inout WriteTransaction
    ) throws {
        self.request = request
        self.environment = environment
        var ahead = StateAhead(queries)
        for command in request.items {
            var (facts, actor) = try queries.facts(for: command, caller: request.caller, in: &transaction)
            if !items.isEmpty { try ahead.correct(&facts, for: command, in: &transaction) }
            try requireNewKey(command, ahead, queries, in: &transaction)
            var item = Item(keyID: facts.key?.keyID)
            var drafts: [EventDraft] = []
            do throws(Rejection) {
                drafts = try decide(command, given: facts, at: queries.moment)
                item.events = try sealed(drafts, actor, queries.moment, about: item.keyID)
                if request.items.count > 1 { ahead.take(drafts, facts, actor) }
            } catch {
                item.rejection = error
            }
            if item.events.contains(where: { $0.event.type == .credentialRevoked }) { item.credential = facts.presented?.token }
            if item.events.isEmpty, case .token(let token)? = command.target { item.credential = token }
            item.keyID = item.events.last { $0.keyID != nil }?.keyID ?? item.keyID
            items.append(item)
        }
    }

    /// Ids are made by the caller and never used twice; a second key under one would break the chain of the first.
    private func requireNewKey(
        _ command: KeyCommand, _ ahead: StateAhead, _ queries: KeyQueries, in transaction: inout WriteTransaction
    ) throws {
        guard case .create(let creation) = command else { return }
        guard !ahead.has(creation.keyID), try queries.state(of: creation.keyID, in: &transaction) == nil else {
            throw LedgerError(.invalidCommand, "A key with id \(creation.keyID) exists already; nothing was done. Make a new id.")
        }
    }

    /// Puts ids and openings to drafts.
    ///
    /// - Throws: `tooLarge` if one does not fit: nothing of an item may stand alone.
    private func sealed(
        _ drafts: [EventDraft], _ actor: Actor, _ moment: Instant, about keyID: KeyID?
    ) throws(Rejection) -> [Sealing] {
        var events: [Sealing] = []
        for draft in drafts {
            let event = Sealing(draft, actor, request, moment, environment)
            // The first event also lists what is refused, which is not known yet.
            let refusals = count == 0 && events.isEmpty && request.items.count > 1 ? request.items.count : 0
            guard event.fits(request, refusals: refusals) else { throw Rejection(.tooLarge, keyID: keyID) }
            events.append(event)
        }
        return events
    }
}
