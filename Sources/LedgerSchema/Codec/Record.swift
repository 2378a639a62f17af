/// A record of the log: `varint(length of leaf) ‖ leaf ‖ openings`. Only the leaf is hashed.
public struct Record: Hashable, Sendable {
    /// A leaf is at most this long: a uint16 frames it elsewhere, and proofs carry it.
    public static let maximumLeafSize = 16 * 1024
    /// Openings that would take a record over this size stand in a table of their own.
    public static let maximumInlineSize = 1_900
    /// A slot's opening is at most this long.
    public static let maximumSlotSize = 256 * 1024

    public var leaf: [UInt8]
    public var openings: [Opening]

    public init(leaf: [UInt8], openings: [Opening]) {
        self.leaf = leaf
        self.openings = openings
    }

    /// What is stored under the position, and the openings that have to stand in the openings table instead.
    ///
    /// - Throws: `tooLarge`.
    package func stored() throws(SchemaError) -> (record: [UInt8], outside: [Opening]) {
        try Self.requireSize(ofLeaf: leaf.count)
        let head = Varint.encode(UInt64(leaf.count)) + leaf
        for opening in openings where opening.content.count > Self.maximumSlotSize {
            throw SchemaError(
                .tooLarge, "the \(opening.slot) slot has \(opening.content.count) bytes; at most \(Self.maximumSlotSize) are stored.")
        }
        let inline = Opening.encode(openings)
        if head.count + inline.count <= Self.maximumInlineSize { return (head + inline, []) }
        return (head, openings)
    }

    /// - Throws: `tooLarge`.
    static func requireSize(ofLeaf size: Int) throws(SchemaError) {
        guard size <= maximumLeafSize else {
            throw SchemaError(
                .tooLarge, "the event's leaf has \(size) bytes; at most \(maximumLeafSize) are stored. Shorten its lists and names.")
        }
    }

    /// Where the leaf stands in a stored record.
    ///
    /// - Throws: `malformed` if the record is shorter than its leaf.
    package static func leafRange(_ bytes: Span<UInt8>) throws(SchemaError) -> Range<Int> {
        var (length, shift, offset) = (0, 0, 0)
        while offset < bytes.count, shift < 21 {
            let byte = bytes[offset]
            offset += 1
            length |= Int(byte & 0x7f) << shift
            if byte < 0x80 {
                guard length <= maximumLeafSize, length <= bytes.count - offset else { break }
                return offset..<offset + length
            }
            shift += 7
        }
        throw otherLength
    }

    private static var otherLength: SchemaError {
        SchemaError(.malformed, "the record's length does not match its bytes. The file is damaged; restore a backup.")
    }

    /// Splits a stored record. Openings that stand in the openings table are not in it.
    package static func split(_ bytes: [UInt8]) throws(SchemaError) -> (leaf: ArraySlice<UInt8>, openings: ArraySlice<UInt8>) {
        var reader = VarintReader(bytes: bytes)
        guard let length = reader.varint(), length <= UInt64(maximumLeafSize), Int(length) <= bytes.count - reader.offset else {
            throw otherLength
        }
        let end = reader.offset + Int(length)
        return (bytes[reader.offset..<end], bytes[end...])
    }
}

package enum Varint {
    /// Base-128, least significant group first, as in protobuf.
    package static func encode(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        return bytes
    }

    /// How many bytes the number takes: 1 … 10.
    static func size(_ value: UInt64) -> Int { (UInt64.bitWidth - (value | 1).leadingZeroBitCount + 6) / 7 }
}

extension Int64 {
    /// A number that protobuf's zigzag encoding has folded into an unsigned one.
    @inlinable
    package init(zigzag number: UInt64) { self = Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1) }
}
