/// A decimal number as its text gives it: digits · 10^exponent, exact and of any length.
struct DecimalNumber {
    /// The digits from the first that is not zero, each 0 … 9; empty for zero.
    private(set) var digits: [UInt8] = []
    /// The power of ten that the last digit stands for; cut off at ± a billion, beyond which nothing changes.
    private(set) var exponent = 0
    private(set) var isNegative = false

    private static let greatestExponent = 1_000_000_000

    /// nil unless the text is `[+-]? [0-9]+ (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    init?(_ text: some Collection<UInt8>) {
        var rest = text[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard let whole = Self.takeDigits(&rest) else { return nil }
        digits.append(contentsOf: whole.lazy.map { $0 - UInt8(ascii: "0") })
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard let fraction = Self.takeDigits(&rest) else { return nil }
            digits.append(contentsOf: fraction.lazy.map { $0 - UInt8(ascii: "0") })
            exponent -= fraction.count
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            guard let written = Self.takeExponent(&rest) else { return nil }
            exponent += written
        }
        guard rest.isEmpty else { return nil }
        digits.removeFirst(digits.prefix { $0 == 0 }.count)
    }

    private static func takeDigits<Bytes: Collection<UInt8>>(_ rest: inout Bytes) -> Bytes? where Bytes.SubSequence == Bytes {
        let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : digits
    }

    private static func takeExponent<Bytes: Collection<UInt8>>(_ rest: inout Bytes) -> Int? where Bytes.SubSequence == Bytes {
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard let digits = takeDigits(&rest) else { return nil }
        let value = digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), greatestExponent) }
        return isNegative ? -value : value
    }

    /// The number divided by 10^`power`, half to even; nil if that does not fit.
    func rounded(toMultiplesOfTenToThe power: Int) -> Int128? {
        if digits.isEmpty { return 0 }
        let shift = exponent - power
        // 2¹²⁷ has 39 digits.
        guard digits.count + shift <= 39 else { return nil }
        guard digits.count + shift >= 0 else { return 0 }
        let kept = digits.prefix(digits.count + min(shift, 0))
        guard var magnitude = Self.magnitude(kept, zeros: max(shift, 0)), magnitude <= Int128.min.magnitude else { return nil }
        if roundsUp(after: kept) { magnitude += 1 }
        if isNegative { return magnitude > Int128.min.magnitude ? nil : Int128(truncatingIfNeeded: 0 &- magnitude) }
        return Int128(exactly: magnitude)
    }

    private func roundsUp(after kept: ArraySlice<UInt8>) -> Bool {
        let dropped = digits[kept.endIndex...]
        guard let first = dropped.first, first >= 5 else { return false }
        if first > 5 || dropped.dropFirst().contains(where: { $0 != 0 }) { return true }
        return (kept.last ?? 0) % 2 == 1
    }

    /// At most 39 digits in all, which 128 bits hold only just or not: nil if not.
    private static func magnitude(_ digits: ArraySlice<UInt8>, zeros: Int) -> UInt128? {
        var value: UInt128 = 0
        for digit in digits {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt128(digit))
            if overflow || carry { return nil }
            value = sum
        }
        for _ in 0..<zeros {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = shifted
        }
        return value
    }
}
