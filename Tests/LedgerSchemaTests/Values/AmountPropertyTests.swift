import LedgerSchema
import RandomTestSupport
import Testing

/// Decimal arithmetic on digits written out, with nothing in common with what it checks.
private enum LongHand {
    /// The number `digits` · 10^`exponent` in multiples of 10⁻¹², half to even, as decimal text.
    static func picodollars(_ digits: String, exponent: Int) -> String {
        var written = digits
        var places = -exponent
        if places < 0 {
            written += String(repeating: "0", count: -places)
            places = 0
        }
        if places < 12 {
            written += String(repeating: "0", count: 12 - places)
        } else {
            written = String(repeating: "0", count: places) + written
        }
        guard places > 12 else { return trimmed(written) }
        let dropped = String(written.suffix(places - 12))
        let kept = String(written.dropLast(places - 12))
        let half = "5" + String(repeating: "0", count: dropped.count - 1)
        let isOdd = "13579".contains(kept.last ?? "0")
        return trimmed(dropped > half || dropped == half && isOdd ? sum(kept, "1") : kept)
    }

    /// Column by column.
    static func sum(_ left: String, _ right: String) -> String {
        var result = ""
        var carry = 0
        var (left, right) = (left, right)
        while !left.isEmpty || !right.isEmpty || carry > 0 {
            let column = (left.popLast()?.wholeNumberValue ?? 0) + (right.popLast()?.wholeNumberValue ?? 0) + carry
            result = String(column % 10) + result
            carry = column / 10
        }
        return trimmed(result)
    }

    static func trimmed(_ digits: String) -> String {
        let significant = digits.drop { $0 == "0" }
        return significant.isEmpty ? "0" : String(significant)
    }
}

@Suite struct AmountPropertyTests {
    static let seed: UInt64 = 48

    private func randomDigits(_ count: Int, _ generator: inout SplitMix64) -> String {
        (0..<count).map { _ in String("0005123456789".randomElement(using: &generator) ?? "0") }.joined()
    }

    @Test func `texts are read as long-hand arithmetic reads them (8)`() throws {
        var generator = SplitMix64(seed: Self.seed)
        for _ in 0..<5_000 {
            let whole = randomDigits(Int.random(in: 1...12, using: &generator), &generator)
            let fraction = randomDigits(Int.random(in: 0...18, using: &generator), &generator)
            let exponent = Int.random(in: -16...12, using: &generator)
            let isNegative = Bool.random(using: &generator)
            let text = (isNegative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction) + (exponent == 0 ? "" : "e\(exponent)")
            let amount = try Amount(decimal: text)
            let expected = LongHand.picodollars(whole + fraction, exponent: exponent - fraction.count)
            let signed = isNegative && expected != "0" ? "-" + expected : expected
            if String(amount.picodollars) != signed {
                Issue.record("seed \(Self.seed): \(text) became \(amount.picodollars), not \(signed)")
            }
            if try Amount(decimal: amount.description) != amount { Issue.record("seed \(Self.seed): \(text) does not come back") }
        }
    }

    @Test func `sums are those of long-hand arithmetic (8)`() throws {
        var generator = SplitMix64(seed: Self.seed)
        var (total, longHand) = (Amount.zero, "0")
        for _ in 0..<2_000 {
            let text = "0." + randomDigits(12, &generator)
            total = try total.adding(Amount(decimal: text))
            longHand = LongHand.sum(longHand, String(text.dropFirst(2)))
        }
        #expect(String(total.picodollars) == longHand)
    }

    @Test func `the sum that LiteLLM prints as 0.04799999999999801 is 0.048`() throws {
        var total = Amount.zero
        for _ in 0..<16_000 { total = try total.adding(Amount(decimal: "0.000003")) }
        #expect(total.liteLLMText == "0.048")
    }
}
