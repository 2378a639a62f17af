import HTTPTypes
import Hummingbird
package import JSONText
package import Ledger

/// What became of each charge of a request, in its order.
package struct ChargeResults: Sendable {
    private let list: ChargeList
    package let outcomes: [ChargeOutcome]
    /// The head that they reflect.
    package let position: Position
    /// An earlier request with the same Idempotency-Key recorded it.
    package let isReplay: Bool

    /// Records the charges of a body that could be read.
    ///
    /// - Parameter send: hands charges to the ledger; not called without any.
    package init(_ body: ChargeBody, head: Position, send: ([NewCharge]) async throws -> ChargeReceipt) async throws {
        list = body.charges
        let receipt = list.charges.isEmpty ? nil : try await send(list.charges)
        var recorded = (receipt?.outcomes ?? []).makeIterator()
        var refused = list.refused[...]
        outcomes = try (0..<list.count).map { place in
            if refused.first?.place == place, let refusal = refused.popFirst()?.refusal {
                return .rejected(code: refusal.code, message: refusal.message)
            }
            guard let outcome = recorded.next() else { throw APIError.unforeseen(nil) }
            return outcome
        }
        position = receipt?.position ?? head
        isReplay = receipt?.isReplay ?? false
    }

    /// The answer if a charge was recorded now or before.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("position", position.value)
            if isReplay { writer.member("replayed", true) }
            writer.name("results")
            writeResults(to: &writer)
        }
    }

    private func writeResults(to writer: inout JSONWriter) {
        var charges = list.charges.makeIterator()
        var refused = list.refused[...]
        writer.array { writer in
            for (place, outcome) in outcomes.enumerated() {
                writer.object { writer in
                    if refused.first?.place == place {
                        refused.popFirst()?.writeID(to: &writer)
                    } else {
                        charges.next()?.id.write(to: &writer)
                    }
                    outcome.write(to: &writer)
                }
            }
        }
    }

    /// - Throws: 409 if all of the charges are conflicts, 422 if none was recorded for other reasons.
    func response() throws -> Response {
        if let error { throw error }
        var response = Response.json(capacity: 64 + 96 * outcomes.count) { write(to: &$0) }
        response.setPosition(position.value)
        return response
    }

    /// Why the request as a whole failed: none of its charges is in the ledger.
    package var error: APIError? {
        guard !outcomes.contains(where: \.isInLedger) else { return nil }
        let isConflict = outcomes.allSatisfy(\.isConflict)
        var writer = JSONWriter()
        writeResults(to: &writer)
        var error = APIError(
            isConflict ? .conflict : .unprocessableContent, "None of the \(outcomes.count) charges was recorded: `results` says why.",
            code: isConflict ? "conflict" : "nothing_recorded", body: .results(writer.bytes))
        if outcomes.count == 1, let refusal = outcomes[0].refusal { (error.code, error.message) = refusal }
        error.headers[.position] = String(position.value)
        return error
    }
}

extension ChargeOutcome {
    /// The word for it in answers and metrics.
    package var name: String {
        switch self {
        case .recorded: "recorded"
        case .duplicate: "duplicate"
        case .conflict: "conflict"
        case .rejected: "rejected"
        }
    }

    var isInLedger: Bool {
        switch self {
        case .recorded, .duplicate: true
        case .conflict, .rejected: false
        }
    }

    var isConflict: Bool { if case .conflict = self { true } else { false } }

    /// Why it is not in the ledger.
    fileprivate var refusal: (code: String, message: String)? {
        switch self {
        case .recorded, .duplicate: nil
        case .conflict(let position):
            ("conflict", "Another charge with this id was recorded at position \(position.value). Give a new charge an id of its own.")
        case .rejected(let code, let message): (code, message)
        }
    }

    private var position: Position? {
        switch self {
        case .recorded(let position), .conflict(let position): position
        case .duplicate(let position): position
        case .rejected: nil
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("result", name)
        writer.member("position", position?.value)
        guard let refusal else { return }
        writer.name("error")
        writer.object { writer in
            writer.member("code", refusal.code)
            writer.member("message", refusal.message)
        }
    }
}

extension ChargeID {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .request(let id): writer.member("request_id", id)
        case .sequence(let producer, let epoch, let number):
            writer.member("producer", producer)
            if epoch > 0 { writer.member("producer_epoch", epoch) }
            writer.member("producer_seq", number)
        }
    }
}

extension ChargeList.Refused {
    fileprivate func writeID(to writer: inout JSONWriter) {
        if requestID != nil || producer == nil { writer.member("request_id", requestID) }
        guard let producer else { return }
        writer.member("producer", producer)
        if let epoch { writer.member("producer_epoch", epoch) }
        writer.member("producer_seq", sequence)
    }
}
