public import Ledger
public import LedgerSchema

extension NewCharge {
    /// A charge by its id, in picodollars.
    public static func charge(_ id: String, _ secret: String, _ picodollars: Int64, at moment: Instant? = nil) -> NewCharge {
        NewCharge(
            id: .request(id), token: Token(secret: secret), amount: Amount(picodollars: Int128(picodollars)), occurredAt: moment)
    }

    /// A charge by a producer's number.
    public static func charge(
        _ producer: String, _ number: UInt64, epoch: UInt32 = 1, _ secret: String, _ picodollars: Int64, at moment: Instant? = nil
    ) -> NewCharge {
        NewCharge(
            id: .sequence(producer: producer, epoch: epoch, number: number), token: Token(secret: secret),
            amount: Amount(picodollars: Int128(picodollars)), occurredAt: moment)
    }

    public func with(_ body: (inout NewCharge) -> Void) -> NewCharge {
        var charge = self
        body(&charge)
        return charge
    }
}

extension TestLedger {
    /// Records charges in one request.
    @discardableResult
    public func record(_ charges: [NewCharge], caller: Caller = .master) async throws -> [ChargeOutcome] {
        try await ledger.record(ChargeRequest(charges: charges, caller: caller)).outcomes
    }

    /// Records a charge alone.
    @discardableResult
    public func record(_ charge: NewCharge, caller: Caller = .master) async throws -> ChargeOutcome {
        try await record([charge], caller: caller)[0]
    }

    /// What was spent with a key in the main window of now, and altogether.
    public func spent(_ keyID: KeyID) throws -> (window: Int128, total: Int128) {
        guard let answer = try ledger.spend(of: keyID) else { throw UnexpectedItem(description: "there is no key \(keyID)") }
        return (answer.spend.picodollars, answer.totalSpend.picodollars)
    }

    /// The charge recorded at a position.
    public func charge(at position: Position) throws -> Charge {
        switch try ledger.events(from: position, limit: 1).first?.event {
        case .spendRecorded(let charge), .spendAdjusted(let charge): return charge
        default: throw UnexpectedItem(description: "no charge stands at position \(position)")
        }
    }
}

extension ChargeOutcome {
    /// Where the charge was recorded just now.
    public var recorded: Position {
        get throws {
            guard case .recorded(let position) = self else { throw UnexpectedItem(description: "not recorded: \(self)") }
            return position
        }
    }

    /// Why the charge was rejected; `nil` if it was not.
    public var rejection: String? {
        guard case .rejected(let code, _) = self else { return nil }
        return code
    }
}
