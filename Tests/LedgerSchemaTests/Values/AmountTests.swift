import LedgerSchema
import Testing

@Suite struct AmountTests {
    /// Each text, its picodollars, and the two ways to write it.
    static let readable: [(String, Int128, String, String)] = [
        ("0", 0, "0", "0.0"), ("-0", 0, "0", "0.0"), ("0.048", 48_000_000_000, "0.048", "0.048"),
        ("12.5", 12_500_000_000_000, "12.5", "12.5"),
        ("3", 3_000_000_000_000, "3", "3.0"), ("+3.000", 3_000_000_000_000, "3", "3.0"),
        ("-0.000000000001", -1, "-0.000000000001", "-0.000000000001"),
        ("4.8e-2", 48_000_000_000, "0.048", "0.048"), ("1E+3", 1_000_000_000_000_000, "1000", "1000.0"),
        ("007.50", 7_500_000_000_000, "7.5", "7.5"),
        ("0.04799999999999801", 48_000_000_000, "0.048", "0.048"), ("0.0479999999984", 47_999_999_998, "0.047999999998", "0.047999999998"),
        ("-3.25", -3_250_000_000_000, "-3.25", "-3.25"),
        ("0e999999999", 0, "0", "0.0"), ("0.000e-99999999999999999999", 0, "0", "0.0"), ("1e-999999999", 0, "0", "0.0"),
        ("9e-13", 1, "0.000000000001", "0.000000000001"),
        ("5e-13", 0, "0", "0.0"), ("5.0000000000000000000001e-13", 1, "0.000000000001", "0.000000000001"),
        ("1.5e-12", 2, "0.000000000002", "0.000000000002"),
        ("2.5e-12", 2, "0.000000000002", "0.000000000002"), ("-2.5e-12", -2, "-0.000000000002", "-0.000000000002"),
        ("-3.5e-12", -4, "-0.000000000004", "-0.000000000004"), ("4.9e-13", 0, "0", "0.0"),
        ("0.9999999999995", 1_000_000_000_000, "1", "1.0"),
        (
            "170141183460469231731687303.715884105727", .max, "170141183460469231731687303.715884105727",
            "170141183460469231731687303.715884105727"
        ),
        (
            "-170141183460469231731687303.715884105728", .min, "-170141183460469231731687303.715884105728",
            "-170141183460469231731687303.715884105728"
        ),
    ]

    @Test(arguments: readable)
    func `decimal texts are read exactly, half to even beyond twelve digits`(
        text: String, picodollars: Int128, short: String, liteLLM: String
    ) throws {
        let amount = try Amount(decimal: text)
        #expect(amount.picodollars == picodollars)
        #expect(amount.description == short)
        #expect(amount.liteLLMText == liteLLM)
        #expect(try Amount(decimal: amount.liteLLMText) == amount)
    }

    static let refused: [(String, AmountError.Code)] = [
        ("", .invalidFormat), ("abc", .invalidFormat), ("-", .invalidFormat), (".5", .invalidFormat), ("5.", .invalidFormat),
        ("1e", .invalidFormat),
        ("1e+", .invalidFormat), ("1.5.2", .invalidFormat), (" 1", .invalidFormat), ("1 ", .invalidFormat), ("1_000", .invalidFormat),
        ("0x10", .invalidFormat),
        ("1,5", .invalidFormat), ("--1", .invalidFormat), ("١", .invalidFormat), ("$1", .invalidFormat), ("infinitely", .invalidFormat),
        ("NaN", .notFinite), ("nan", .notFinite), ("-nan", .notFinite), ("Infinity", .notFinite), ("-Infinity", .notFinite),
        ("+inf", .notFinite),
        ("1e999999999", .overflow), ("-1e999999999", .overflow), ("1e99999999999999999999999", .overflow), ("1e27", .overflow),
        ("170141183460469231731687303.715884105728", .overflow), ("-170141183460469231731687303.715884105729", .overflow),
        ("170141183460469231731687303.7158841057275", .overflow), ("340282366920938463463374607.4317682114555", .overflow),
        ("999999999999999999999999999.999999999999", .overflow),
    ]

    @Test(arguments: refused)
    func `other texts are refused with the reason`(text: String, code: AmountError.Code) {
        let error = #expect(throws: AmountError.self) { try Amount(decimal: text) }
        #expect(error?.code == code)
    }

    @Test func `the work is linear in hostile texts`() throws {
        let zeros = String(repeating: "0", count: 1_000_000)
        #expect(try Amount(decimal: zeros + "1." + zeros).description == "1")
        #expect(try Amount(decimal: "1" + zeros + "e-1000000").description == "1")
        #expect(try Amount(decimal: "0." + zeros + "1e1000001").description == "1")
        #expect(throws: AmountError.self) { try Amount(decimal: "1" + zeros) }
        #expect(throws: AmountError.self) { try Amount(decimal: "1e" + zeros + "1000") }
    }

    @Test func `sums that do not fit are errors`() throws {
        let greatest = Amount(picodollars: .max)
        let least = Amount(picodollars: .min)
        #expect(throws: AmountError.self) { try greatest.adding(Amount(picodollars: 1)) }
        #expect(throws: AmountError.self) { try least.subtracting(Amount(picodollars: 1)) }
        #expect(throws: AmountError.self) { try Amount.zero.subtracting(least) }
        #expect(try greatest.adding(least) == Amount(picodollars: -1))
        #expect(try greatest.subtracting(greatest) == .zero)
        #expect(Amount(picodollars: Int128(Int64.max)).int64 == .max)
        #expect(Amount(picodollars: Int128(Int64.max) + 1).int64 == nil)
        #expect(least.isNegative)
        #expect(!Amount.zero.isNegative)
        #expect(least < .zero && .zero < greatest)
    }

    @Test(arguments: [0, 1, -1, 48_000_000_000, .max, .min, 1 << 64, -(1 << 64)] as [Int128])
    func `16 stored bytes come back`(picodollars: Int128) {
        let bytes = Amount(picodollars: picodollars).bigEndianBytes
        #expect(bytes.count == 16)
        #expect(Amount(bigEndianBytes: bytes)?.picodollars == picodollars)
        #expect(Amount(bigEndianBytes: bytes.dropLast()) == nil)
    }

    @Test func `stored bytes are big-endian two's complement`() {
        #expect(Amount(picodollars: 258).bigEndianBytes == [UInt8](repeating: 0, count: 14) + [1, 2])
        #expect(Amount(picodollars: -2).bigEndianBytes == [UInt8](repeating: 255, count: 15) + [254])
    }
}
