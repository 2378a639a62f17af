extension Amount {
    /// The amount that a decimal number of dollars names, exactly; half to even beyond twelve digits after the point.
    ///
    /// The grammar is a sign if any, digits, a point and digits if any, an exponent if any: `12.5`, `+3`, `-4.8e-2`. The work is linear
    /// in the text whatever the exponent.
    ///
    /// - Throws: `AmountError`: `invalidFormat`, `notFinite` for NaN and the infinities in Python's, JSON's and C's spelling, `overflow`.
    public init(decimal text: some StringProtocol) throws(AmountError) {
        guard let number = DecimalNumber(text.utf8) else {
            throw AmountError(Self.isNonFinite(text) ? .notFinite : .invalidFormat)
        }
        guard let picodollars = number.rounded(toMultiplesOfTenToThe: -Self.fractionDigits) else { throw AmountError(.overflow) }
        self.init(picodollars: picodollars)
    }

    private static func isNonFinite(_ text: some StringProtocol) -> Bool {
        guard text.utf8.count <= 9 else { return false }
        let word = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        return ["nan", "inf", "infinity"].contains(word.lowercased())
    }

    /// Dollars in the shortest decimal form without an exponent: `0.048`, `12.5`, `0`, `-3`.
    public var decimalText: String {
        let (whole, fraction) = parts
        return fraction.isEmpty ? whole : whole + "." + fraction
    }

    /// Dollars as LiteLLM's JSON shows them, always with a fraction: `0.048`, `12.5`, `0.0`. A JSON number without an exponent.
    public var liteLLMText: String {
        let (whole, fraction) = parts
        return whole + "." + (fraction.isEmpty ? "0" : fraction)
    }

    /// The digits before the point with the sign, and those after it without the zeros at the end.
    private var parts: (whole: String, fraction: String) {
        // Numbers of 64 bits are much quicker to divide and to write.
        if let short = UInt64(exactly: picodollars.magnitude) {
            let (whole, rest) = short.quotientAndRemainder(dividingBy: UInt64(Self.picodollarsPerDollar))
            return ((isNegative ? "-" : "") + String(whole), Self.fraction(rest))
        }
        let (whole, rest) = picodollars.magnitude.quotientAndRemainder(dividingBy: Self.picodollarsPerDollar.magnitude)
        return ((isNegative ? "-" : "") + String(whole), Self.fraction(UInt64(rest)))
    }

    /// The digits behind the point of so many picodollars, which are less than a dollar.
    private static func fraction(_ picodollars: UInt64) -> String {
        if picodollars == 0 { return "" }
        var digits = Array(String(picodollars).utf8)
        digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: fractionDigits - digits.count), at: 0)
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return String(decoding: digits, as: UTF8.self)
    }
}

extension Amount: CustomStringConvertible {
    /// The same as `decimalText`.
    public var description: String { decimalText }
}
