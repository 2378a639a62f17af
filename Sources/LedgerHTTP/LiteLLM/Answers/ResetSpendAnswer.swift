import HTTPTypes
import JSONText
package import Ledger

/// Bodies of the routes that start spend anew.
package enum ResetSpendAnswer {
    /// `POST /key/{key}/reset_spend`.
    /// - Throws: the refusal as LiteLLM words it.
    package static func key(_ outcome: SpendResetReceipt.Outcome, _ wanted: ResetSpendRequest) throws -> [UInt8] {
        switch outcome {
        case .done(let view?, let previous): return body(view, wanted.resetTo, previous)
        case .done(nil, _): throw APIError.unforeseen(nil)
        case .aboveSpend(let spend):
            throw APIError.detailError(
                .badRequest, "reset_to (\(wanted.resetTo.liteLLMText)) must be <= current spend (\(spend.liteLLMText))",
                code: "reset_above_spend")
        case .refused(let rejection):
            if rejection.code == .keyNotFound { throw ResetSpendRequest.notFound(wanted.displayName) }
            throw APIError(rejection, on: .update)
        }
    }

    private static func body(_ view: KeyView, _ resetTo: Amount, _ previous: Amount?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("key_hash", view.state.currentToken.hex)
            writer.member("spend", raw: resetTo.liteLLMText)
            writer.member("previous_spend", raw: previous?.liteLLMText ?? "null")
            writer.member("max_budget", raw: view.state.terms.maxBudget?.liteLLMText ?? "null")
            writer.member(
                "budget_reset_at", view.state.terms.budgetWindow.map { WireTime.row.milliseconds($0.window(at: view.moment).end) })
        }
        return writer.bytes
    }

    /// `POST /global/spend/reset`.
    package static let allKeys = Array(#"{"message":"Spend for all API Keys and Teams reset successfully","status":"success"}"#.utf8)
}
