extension Instant {
    /// The moment so many seconds after 1970-01-01T00:00:00Z, in the grammar of amounts, exactly; half to even beyond nanoseconds. nil for
    /// any other text and for moments that cannot be told.
    public init?(unixSeconds bytes: ArraySlice<UInt8>) {
        let total =
            ShortDecimal(bytes)?.rounded(toMultiplesOfTenToThe: -9) ?? DecimalNumber(bytes)?.rounded(toMultiplesOfTenToThe: -9)
        guard let nanoseconds = total.flatMap({ Int64(exactly: $0) }) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}
