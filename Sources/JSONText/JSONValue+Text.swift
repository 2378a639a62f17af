extension JSONValue: CustomStringConvertible {
    /// Compact text: members in their own order, numbers as they were written, no white space.
    ///
    /// Only what must be escaped is: `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`, and `\u00XX` for the other control characters.
    public func serialized() -> String {
        var writer = JSONWriter()
        writer.value(self)
        return writer.text
    }

    /// Compact text with the members of every object sorted by the UTF-8 bytes of their names; otherwise as `serialized()`.
    ///
    /// Texts that differ only in white space, escapes and the order of members have one canonical form. `1` and `1.0` stay apart.
    public func canonical() -> String {
        var writer = JSONWriter()
        writer.canonicalValue(self)
        return writer.text
    }

    /// The compact text.
    public var description: String { serialized() }
}

extension JSONWriter {
    /// Writes a value with the members of every object sorted by the UTF-8 bytes of their names.
    public mutating func canonicalValue(_ value: JSONValue) {
        switch value {
        case .array(let elements):
            array { for element in elements { $0.canonicalValue(element) } }
        case .object(let object):
            let sorted = object.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            self.object {
                for member in sorted {
                    $0.name(member.name)
                    $0.canonicalValue(member.value)
                }
            }
        default: self.value(value)
        }
    }
}
