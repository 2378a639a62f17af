import JSONText
import Ledger

/// Money in requests: from the number's own text, never through a binary float.
enum RequestMoney {
    /// An amount that may not be negative.
    /// - Throws: a 400 that names the field.
    static func amount(_ text: String, of name: String) throws -> Amount {
        do throws(AmountError) {
            let amount = try Amount(decimal: text)
            if !amount.isNegative { return amount }
        } catch  where error.code == .overflow && Double(text)?.isFinite ?? false {
            throw APIError.badRequest("\(name) is too large: \(error.message).", type: nil, code: "invalid_amount")
        } catch {}
        throw APIError.badRequest(
            "\(name) must be a non-negative finite number. Received: \(pythonText(text))", type: nil, code: "invalid_amount")
    }

    /// The number as Python prints a float.
    static func pythonText(_ text: String) -> String {
        guard let number = Double(text) else { return text }
        return number.isNaN ? "nan" : "\(number)"
    }
}
