public import LedgerSchema

/// Decides a reset of spend, of one key or of all. How much a key has spent is not looked at here.
///
/// - Parameter target: `nil` for all keys.
/// - Throws: the first refusal that holds.
public func decideSpendReset(of target: KeyTarget?, to resetTo: Amount, given facts: Facts) throws(Rejection) -> EventDraft {
    try authorise(facts.caller)
    guard !resetTo.isNegative else { throw Rejection(.negativeSpend, keyID: facts.key?.keyID) }
    let keyID = try target.map { (target) throws(Rejection) in try livingKey(target, facts).keyID }
    return EventDraft(.spendReset(SpendReset(keyID: keyID, resetTo: resetTo)), keyID: nil)
}

/// Whether a caller may record charges; corrections are for administrators alone.
///
/// - Throws: `callerEnded`, `callerNotAllowed`.
public func authoriseCharges(of caller: Facts.Caller, areCorrections: Bool) throws(Rejection) {
    try authorise(caller, areCorrections ? [.proxyAdmin] : [.proxyAdmin, .gateway])
}
