import JSONText

/// A whole number of JSON, however it is written (`10`, `10.0`, `1e1`), not negative.
struct WholeNumber {
    let value: UInt64

    /// nil for any other number.
    init?(_ text: ArraySlice<UInt8>) {
        if let value = Self.plain(text) {
            self.value = value
        } else if let number = JSONValue.number(String(decoding: text, as: UTF8.self)).wholeNumber, number >= 0 {
            value = UInt64(number)
        } else {
            return nil
        }
    }

    /// Digits alone.
    private static func plain(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard !text.isEmpty, text.count <= 20 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }
}
