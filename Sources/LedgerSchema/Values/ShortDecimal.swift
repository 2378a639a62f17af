/// A decimal number of at most 18 digits in 64 bits: the quick way to read what nearly every number is. The others are a `DecimalNumber`.
struct ShortDecimal {
    private var mantissa: Int64 = 0
    /// The power of ten that the last digit stands for.
    private var exponent = 0

    private static let mostDigits = 18
    /// 10⁰ … 10³⁸, all that 128 bits hold.
    private static let powers: [Int128] = {
        var powers: [Int128] = [1]
        while powers.count < 39 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()

    /// nil unless the text has the grammar of `DecimalNumber`, at most 18 digits, zeros in front included, and an exponent of at most three.
    init?(_ text: ArraySlice<UInt8>) {
        var place = text.startIndex
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { place += 1 }
        let whole = readDigits(text, &place)
        guard whole > 0 else { return nil }
        var fraction = 0
        if place < text.endIndex, text[place] == UInt8(ascii: ".") {
            place += 1
            fraction = readDigits(text, &place)
            guard fraction > 0 else { return nil }
        }
        guard whole + fraction <= Self.mostDigits else { return nil }
        exponent = -fraction
        if place < text.endIndex {
            guard let written = Self.exponent(text[place...]) else { return nil }
            exponent += written
        }
        if isNegative { mantissa = -mantissa }
    }

    /// Reads digits into the mantissa, one more than fit at most. Returns how many.
    private mutating func readDigits(_ text: ArraySlice<UInt8>, _ place: inout Int) -> Int {
        let start = place
        let end = min(text.endIndex, start + Self.mostDigits + 1)
        while place < end, let digit = Self.digit(text[place]) {
            mantissa = mantissa &* 10 &+ digit
            place += 1
        }
        return place - start
    }

    private static func exponent(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == UInt8(ascii: "e") || text.first == UInt8(ascii: "E") else { return nil }
        var rest = text.dropFirst()
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard !rest.isEmpty, rest.count <= 3 else { return nil }
        var value: Int64 = 0
        for byte in rest {
            guard let digit = digit(byte) else { return nil }
            value = value * 10 + digit
        }
        return Int(isNegative ? -value : value)
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? Int64(digit) : nil
    }

    /// The number divided by 10^`power`, half to even; nil if it must be left to `DecimalNumber`.
    func rounded(toMultiplesOfTenToThe power: Int) -> Int128? {
        let shift = exponent - power
        if shift >= 0 {
            guard shift < Self.powers.count else { return nil }
            let (product, overflow) = Int128(mantissa).multipliedReportingOverflow(by: Self.powers[shift])
            return overflow ? nil : product
        }
        guard -shift < Self.powers.count else { return 0 }
        let divisor = Self.powers[-shift]
        let (quotient, remainder) = Int128(mantissa).quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let roundsAway = twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0)
        return roundsAway ? quotient + (mantissa < 0 ? -1 : 1) : quotient
    }
}

extension Amount {
    /// As `init(decimal:)` of the text that these bytes are.
    public init(decimal bytes: ArraySlice<UInt8>) throws(AmountError) {
        if let picodollars = ShortDecimal(bytes)?.rounded(toMultiplesOfTenToThe: -Self.fractionDigits) {
            self.init(picodollars: picodollars)
        } else {
            try self.init(decimal: String(decoding: bytes, as: UTF8.self))
        }
    }
}
