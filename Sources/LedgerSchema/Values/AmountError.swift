/// Why a text is no amount of money, or why two amounts have no sum. It never quotes the text.
public struct AmountError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: String, Sendable {
        /// Not a decimal number.
        case invalidFormat
        /// NaN or infinity.
        case notFinite
        /// Beyond ±1.7 · 10²⁶ USD.
        case overflow
    }

    /// What kind of mistake it is.
    public let code: Code

    package init(_ code: Code) {
        self.code = code
    }

    /// What to do about it.
    public var message: String {
        switch code {
        case .invalidFormat: "an amount must be a decimal number such as 12.5 or 4.8e-2"
        case .notFinite: "an amount must be finite"
        case .overflow: "an amount must lie within 1.7e26 USD on either side of 0"
        }
    }

    public var description: String { message }
}
