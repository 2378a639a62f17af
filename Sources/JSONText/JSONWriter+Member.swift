extension JSONWriter {
    /// Writes a member whose value is a string, or `null` for nil.
    public mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member whose value is an integer, or `null` for nil.
    @inlinable public mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        self.name(name)
        if let value { number(value) } else { null() }
    }

    /// Writes a member whose value is `true` or `false`, or `null` for nil.
    public mutating func member(_ name: String, _ value: Bool?) {
        self.name(name)
        if let value { bool(value) } else { null() }
    }

    /// Writes a member whose value is any JSON value, or `null` for nil.
    public mutating func member(_ name: String, _ value: JSONValue?) {
        self.name(name)
        if let value { self.value(value) } else { null() }
    }

    /// Writes a member whose value is text that is one JSON value already, unchecked.
    public mutating func member(_ name: String, raw text: String) {
        self.name(name)
        raw(text)
    }

    /// Writes a member whose value is `null`.
    public mutating func nullMember(_ name: String) {
        self.name(name)
        null()
    }
}
