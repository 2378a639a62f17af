package import LedgerSchema

/// A charge that is read from a request field by field, whatever the request's format.
///
/// The first thing that is wrong with it is kept, and reading goes on: the answer names the charge by its id.
package struct ChargeDraft: Sendable {
    package var requestID: String?
    package var producer: String?
    package var epoch: UInt32?
    package var sequence: UInt64?
    /// Everything but id, token and amount, which are set when it is finished.
    package var charge = NewCharge(id: .request(""), token: Token(hash: .zero), amount: .zero)
    package var amount: Amount?
    package private(set) var token: Token?

    private var refusal: ChargeRefusal?
    private var hasKey = false
    private var hasToken = false
    private var hasDoubtfulID = false

    /// More do not fit an event.
    private static let mostTags = 4_096

    package init() {}

    package mutating func add(tag: String) {
        if charge.tags.count < Self.mostTags {
            charge.tags.append(tag)
        } else {
            refuse("too_large", "A charge has no room for more than \(Self.mostTags) tags.")
        }
    }

    package mutating func refuse(_ code: String, _ message: String) {
        if refusal == nil { refusal = ChargeRefusal(code: code, message: message) }
    }

    /// As `refuse(_:_:)`, where the id may not be what was meant.
    package mutating func refuseID(_ code: String, _ message: String) {
        hasDoubtfulID = true
        refuse(code, message)
    }

    /// Takes the credential from the text of `key`: a secret, or a token.
    package mutating func name(key text: String) {
        hasKey = true
        if text.isEmpty || text.utf8.starts(with: "\(Secret.prefix)...".utf8) || KeyID(text) != nil {
            refuse(
                "invalid_key",
                "`key` must be a whole secret, or give its SHA-256 as `token`: a key_id or a display form names no credential.")
            token = nil
        } else {
            token = Token(hex: text) ?? Token(secret: text)
        }
    }

    /// Takes the credential that `key` named before.
    package mutating func name(key token: Token) {
        hasKey = true
        self.token = token
    }

    /// Takes the credential from `token`; nil is what is no token.
    package mutating func name(token: Token?) {
        hasToken = true
        self.token = token
        if token == nil {
            refuse("invalid_token", "`token` must be the SHA-256 of the whole secret: 64 hexadecimal digits, in protobuf 32 bytes.")
        }
    }

    /// The charge. One that is refused is a charge only if it has a producer's number, which it uses up.
    fileprivate consuming func finished() throws(ChargeRefusal) -> NewCharge {
        let refusal = refusal ?? missing
        do throws(ChargeRefusal) {
            charge.id = try identity()
        } catch {
            throw refusal ?? error
        }
        if let refusal {
            guard case .sequence = charge.id, !hasDoubtfulID else { throw refusal }
            charge.refusal = refusal
        }
        if let token { charge.token = token }
        if let amount { charge.amount = amount }
        return charge
    }

    private var missing: ChargeRefusal? {
        if hasKey == hasToken || token == nil {
            return ChargeRefusal(
                code: hasKey ? "credential_ambiguous" : "credential_missing",
                message: "Name the credential that is charged by one of `key` (the secret) and `token` (its SHA-256).")
        }
        guard amount == nil else { return nil }
        return ChargeRefusal(code: "spend_missing", message: "A charge needs `spend`: dollars as a decimal number or its text.")
    }

    /// An empty text is none.
    private func identity() throws(ChargeRefusal) -> ChargeID {
        switch (requestID.flatMap { $0.isEmpty ? nil : $0 }, producer.flatMap { $0.isEmpty ? nil : $0 }, sequence) {
        case (let id?, nil, nil): return .request(id)
        case (nil, let producer?, let number?): return .sequence(producer: producer, epoch: epoch ?? 0, number: number)
        case (_?, _?, _), (_?, _, _?):
            throw ChargeRefusal(code: "id_ambiguous", message: "Give `request_id`, or `producer` and `producer_seq`: not both.")
        default:
            throw ChargeRefusal(code: "id_missing", message: "A charge needs an id: `request_id`, or `producer` and `producer_seq`.")
        }
    }
}

/// Why a charge was not handed to the ledger.
package struct ChargeRefusal: Error, Hashable, Sendable {
    /// A word for programs.
    package var code: String
    /// What to do about it.
    package var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// The charges of a request: those that could be read, and why others could not.
package struct ChargeList: Sendable {
    /// A charge that could not be read, and what of its id could.
    package struct Refused: Sendable {
        /// Its place in the request.
        package var place: Int
        package var requestID: String?
        package var producer: String?
        package var epoch: UInt32?
        package var sequence: UInt64?
        package var refusal: ChargeRefusal
    }

    /// In the order of the request, without those that are refused.
    package private(set) var charges: [NewCharge] = []
    /// In the order of the request.
    package private(set) var refused: [Refused] = []

    package init() {}

    package var count: Int { charges.count + refused.count }

    package mutating func append(_ draft: consuming ChargeDraft) {
        let (requestID, producer, epoch, sequence) = (draft.requestID, draft.producer, draft.epoch, draft.sequence)
        do throws(ChargeRefusal) {
            charges.append(try draft.finished())
        } catch {
            refused.append(
                Refused(place: count, requestID: requestID, producer: producer, epoch: epoch, sequence: sequence, refusal: error))
        }
    }

    /// Among several charges one without a time has none that a retry would find again, unless a producer's number identifies it.
    package mutating func requireTimes() {
        guard count > 1, charges.contains(where: \.lacksTime) else { return }
        let refusal = ChargeRefusal(
            code: "occurred_at_missing",
            message: "In a batch, a charge with `request_id` needs `occurred_at`: with it a retry is known to be the same charge.")
        let before = self
        var places = before.refused[...]
        self = ChargeList()
        for charge in before.charges {
            while let next = places.first, next.place == count { refused.append(places.removeFirst()) }
            if charge.lacksTime, case .request(let id) = charge.id {
                refused.append(Refused(place: count, requestID: id, refusal: refusal))
            } else {
                charges.append(charge)
            }
        }
        refused += places
    }
}

extension NewCharge {
    /// It has no time and an id that needs one.
    fileprivate var lacksTime: Bool {
        guard occurredAt == nil, case .request = id else { return false }
        return true
    }
}
