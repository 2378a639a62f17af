import LedgerProjections
import LedgerSchema

/// Charges on their way to the writer.
struct ChargeJob: Sendable {
    let charges: [PreparedCharge]
    let caller: Caller
    let sizeBytes: Int

    /// - Throws: `invalidCommand`.
    init(_ request: ChargeRequest) throws(LedgerError) {
        charges = request.charges.map { PreparedCharge($0) }
        caller = request.caller
        sizeBytes = charges.reduce(0) { $0 + $1.sizeBytes }
        guard sizeBytes <= ChargeRequest.mostBytes else {
            throw LedgerError(
                .invalidCommand,
                "The charges of a request take at most \(ChargeRequest.mostBytes) bytes, these \(sizeBytes); nothing was recorded. Divide it."
            )
        }
    }
}

/// A correction on its way to the writer.
struct AdjustmentJob: Sendable {
    let charge: PreparedCharge
    let note: NoteSlot
    let caller: Caller
    let origin: OriginSlot?
    let source: Source
    let idempotency: Idempotency?
}

extension ChargeRequest {
    /// - Throws: `invalidCommand`.
    func validate() throws(LedgerError) {
        guard charges.count <= Self.mostCharges else {
            throw LedgerError(
                .invalidCommand,
                "A request has at most \(Self.mostCharges) charges, this one \(charges.count); nothing was recorded. Divide it.")
        }
    }
}
