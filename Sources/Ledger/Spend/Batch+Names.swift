import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

extension Batch {
    /// The charge as it is stored; names and people that are new are introduced before it.
    mutating func charge(
        _ prepared: PreparedCharge, _ place: Place, _ recorder: Recorder, in transaction: inout WriteTransaction
    ) throws -> Charge {
        var charge = Charge(
            credential: place.credential, revision: place.revision?.number ?? 0, occurredAt: place.occurredAt, amount: prepared.amount)
        if case .request(let id) = prepared.charge.id { charge.chargeID = id }
        charge.sequence = place.sequence
        charge.occurredAtIsDefaulted = prepared.charge.occurredAt == nil
        charge.cost = prepared.charge.cost
        charge.tokens = prepared.charge.tokens
        charge.failed = prepared.charge.failed
        charge.durationMilliseconds = prepared.charge.durationMilliseconds
        charge.model = try name(.model, prepared.charge.model, recorder, in: &transaction)
        charge.modelGroup = try name(.modelGroup, prepared.charge.modelGroup, recorder, in: &transaction)
        charge.provider = try name(.provider, prepared.charge.provider, recorder, in: &transaction)
        charge.endpoint = try name(.endpoint, prepared.charge.endpoint, recorder, in: &transaction)
        charge.callType = try name(.callType, prepared.charge.callType, recorder, in: &transaction)
        charge.mcpTool = try name(.mcpTool, prepared.charge.mcpTool, recorder, in: &transaction)
        for tag in prepared.charge.tags {
            if let name = try name(.tag, tag, recorder, in: &transaction) { charge.tags.append(name) }
        }
        if let endUser = prepared.charge.endUser { charge.endUser = try subject(endUser, .endUser, recorder, in: &transaction) }
        if let teamID = prepared.charge.teamID, !isKeyTeam(teamID, place.revision) { charge.teamID = teamID }
        if let userID = prepared.charge.userID {
            let user = try subject(userID, .user, recorder, in: &transaction)
            if user != place.revision?.subject { charge.user = user }
        }
        return charge
    }

    func isKeyTeam(_ teamID: String, _ revision: ChargedKey.Revision?) -> Bool {
        revision?.teamID.map { ByteText($0) == ByteText(teamID) } ?? false
    }

    private mutating func name(
        _ kind: NameKind, _ text: String?, _ recorder: Recorder, in transaction: inout WriteTransaction
    ) throws -> ChargeName? {
        guard let text else { return nil }
        let name = ByteText(text)
        if let known = try directory.name(kind, name, queries, in: &transaction) { return known }
        let event = NameIntroduced(kind: kind, number: directory.introduce(kind, name), name: text)
        try append(.nameIntroduced(event), actor: actor(recorder.caller, in: &transaction), in: &transaction)
        return .number(event.number)
    }

    private mutating func subject(
        _ text: String, _ kind: SubjectNamed.Kind, _ recorder: Recorder, in transaction: inout WriteTransaction
    ) throws -> UInt64 {
        let name = ByteText(text)
        if let known = try directory.subject(name, queries, in: &transaction) { return known }
        let number = try queries.keys.nextSubject(in: &transaction)
        let event = Event.subjectNamed(SubjectNamed(number: number, kind: kind))
        try append(
            event, actor: actor(recorder.caller, in: &transaction), identity: IdentitySlot(name: text), subject: number, in: &transaction)
        directory.take(name, subject: number)
        return number
    }

    private func actor(_ caller: Caller, in transaction: inout WriteTransaction) throws -> Actor {
        try queries.facts(for: nil as KeyTarget?, caller: caller, in: &transaction).actor
    }
}
