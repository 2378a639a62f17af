import LedgerSchema

/// Protobuf bytes written by hand, to say what no version of the schema says.
enum Wire {
    static func varint(_ field: UInt64, _ value: UInt64) -> [UInt8] { Varint.encode(field << 3) + Varint.encode(value) }

    static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        Varint.encode(field << 3 | 2) + Varint.encode(UInt64(value.count)) + value
    }

    static func fixed64(_ field: UInt64) -> [UInt8] { Varint.encode(field << 3 | 1) + [UInt8](repeating: 1, count: 8) }

    static func fixed32(_ field: UInt64) -> [UInt8] { Varint.encode(field << 3 | 5) + [UInt8](repeating: 1, count: 4) }

    static func group(_ field: UInt64, _ inner: [UInt8]) -> [UInt8] {
        Varint.encode(field << 3 | 3) + inner + Varint.encode(field << 3 | 4)
    }

    /// The same inside messages within messages, the outermost field first.
    static func nested(_ path: [UInt64], _ inner: [UInt8]) -> [UInt8] { path.reversed().reduce(inner) { bytes($1, $0) } }
}
