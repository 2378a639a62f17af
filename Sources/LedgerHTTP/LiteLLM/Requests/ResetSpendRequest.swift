import HTTPTypes
package import JSONText
package import Ledger

/// `POST /key/{key}/reset_spend`.
package struct ResetSpendRequest: Sendable {
    package var target: KeyTarget
    package var resetTo: Amount
    /// The key as an answer may name it.
    package var displayName: String

    /// - Parameter key: as the path names it.
    /// - Throws: `APIError`: a 422, a 400 for an amount that cannot be, a 404 for text that can name no key.
    package init(_ object: JSONObject, key: String) throws {
        displayName = KeyTarget.display(key)
        guard let value = object["reset_to"] else { throw APIError.validation([.missing(["body", "reset_to"])]) }
        // LiteLLM's own check behind the validation takes numbers alone.
        guard let text = value.decimalText else { throw APIError.validation([.numberType(["body", "reset_to"])]) }
        resetTo = try Self.amount(text)
        guard let target = KeyTarget(presented: key) else { throw Self.notFound(displayName) }
        self.target = target
    }

    private static func amount(_ text: String) throws -> Amount {
        do throws(AmountError) {
            let amount = try Amount(decimal: text)
            if !amount.isNegative { return amount }
        } catch {
            throw APIError.detailError(.badRequest, "reset_to: \(error.message)", code: "invalid_amount")
        }
        throw APIError.detailError(.badRequest, "reset_to must be >= 0", code: "invalid_amount")
    }

    static func notFound(_ name: String) -> APIError {
        .detailError(.notFound, "Key \(name) not found.", code: "key_not_found")
    }
}
