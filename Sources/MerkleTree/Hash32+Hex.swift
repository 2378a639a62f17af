extension Hash32: CustomStringConvertible, LosslessStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        let digits: StaticString = "0123456789abcdef"
        return unsafe String(unsafeUninitializedCapacity: 2 * Self.byteCount) { output in
            digits.withUTF8Buffer { digits in
                unsafe withMemory { bytes in
                    for index in 0..<Self.byteCount {
                        unsafe output[2 * index] = digits[Int(bytes[index] >> 4)]
                        unsafe output[2 * index + 1] = digits[Int(bytes[index] & 15)]
                    }
                }
            }
            return 2 * Self.byteCount
        }
    }

    /// The hash written as 64 lower-case hexadecimal digits; nil for anything else, upper case included: a hash has one spelling.
    public init?(hex: some StringProtocol) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        var high: UInt8?
        for character in hex.utf8 {
            guard let digit = Self.value(ofLowerCaseDigit: character), bytes.count < Self.byteCount else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else { return nil }
        self.init(bytes)
    }

    /// The same as ``init(hex:)``.
    public init?(_ description: String) {
        self.init(hex: description)
    }

    /// The same as ``hex``.
    public var description: String { hex }

    private static func value(ofLowerCaseDigit character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
