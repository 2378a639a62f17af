/// Steps through protobuf bytes in place. What it cannot read it marks as irregular and reads as zero, so that the reader asks once.
struct WireCursor {
    private(set) var offset: Int
    let end: Int
    private(set) var isIrregular = false

    /// - Precondition: the range lies in the bytes that the other functions are given.
    init(_ range: Range<Int>) { (offset, end) = (range.lowerBound, range.upperBound) }

    var isAtEnd: Bool { offset == end }

    mutating func fail() {
        isIrregular = true
        offset = end
    }

    /// As the general decoder reads one, except that a tenth byte above 1, whose bits it drops, is irregular.
    @inline(__always)
    mutating func varint(_ bytes: Span<UInt8>) -> UInt64 {
        if offset < end {
            let first = unsafe bytes[unchecked: offset]
            if first < 0x80 {
                offset &+= 1
                return UInt64(first)
            }
            if end - offset >= 8, let value = wordVarint(bytes) { return value }
        }
        return longVarint(bytes)
    }

    /// A number in the next eight bytes; `nil` if it is longer.
    @inline(__always)
    private mutating func wordVarint(_ bytes: Span<UInt8>) -> UInt64? {
        var word = unsafe UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
        let ends = ~word & 0x8080_8080_8080_8080
        if ends == 0 { return nil }
        // Up to the first byte without a continuation bit; then groups of seven bits are put together by pairs.
        word &= (ends ^ (ends &- 1)) & 0x7f7f_7f7f_7f7f_7f7f
        word = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) &>> 1
        word = word & 0x0000_3fff_0000_3fff | (word & 0x3fff_0000_3fff_0000) &>> 2
        word = word & 0x0fff_ffff | (word & 0x0fff_ffff_0000_0000) &>> 4
        offset &+= (ends.trailingZeroBitCount &+ 1) &>> 3
        return word
    }

    @inline(never)
    private mutating func longVarint(_ bytes: Span<UInt8>) -> UInt64 {
        var (value, shift, place) = (UInt64(0), UInt64(0), offset)
        while place < end, shift < 64 {
            let byte = unsafe bytes[unchecked: place]
            place &+= 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                guard shift < 63 || byte < 2 else { break }
                offset = place
                return value
            }
            shift &+= 7
        }
        fail()
        return 0
    }

    /// A field's number and type in the one or two bytes that the ledger's own need; a longer form is irregular, and no tag is 0.
    @inline(__always)
    mutating func tag(_ bytes: Span<UInt8>) -> UInt64 {
        if offset < end {
            let first = unsafe bytes[unchecked: offset]
            if first < 0x80 {
                offset &+= 1
                return UInt64(first)
            }
            if end - offset > 1 {
                let second = unsafe bytes[unchecked: offset &+ 1]
                if 1..<0x80 ~= second {
                    offset &+= 2
                    return UInt64(first & 0x7f) | UInt64(second) << 7
                }
            }
        }
        fail()
        return 0
    }

    /// ``tag(_:)`` of the next field; 0 at the end.
    @inline(__always)
    mutating func nextTag(_ bytes: Span<UInt8>) -> UInt64 {
        if isAtEnd { return 0 }
        let tag = tag(bytes)
        // A byte that is 0 is no end.
        if tag == 0 { fail() }
        return tag
    }

    @inline(__always)
    mutating func signed(_ bytes: Span<UInt8>) -> Int64 { Int64(zigzag: varint(bytes)) }

    @inline(__always)
    mutating func number32(_ bytes: Span<UInt8>) -> UInt32 { UInt32(truncatingIfNeeded: varint(bytes)) }

    @inline(__always)
    mutating func fixed64(_ bytes: Span<UInt8>) -> UInt64 {
        guard end - offset >= 8 else {
            fail()
            return 0
        }
        defer { offset &+= 8 }
        return unsafe UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Reads a field if the tag is its own, and the next field's tag.
    @inline(__always)
    mutating func take(_ field: UInt64, into number: inout UInt64, _ tag: inout UInt64, _ bytes: Span<UInt8>) {
        guard tag == field << 3 else { return }
        number = varint(bytes)
        tag = nextTag(bytes)
    }

    @inline(__always)
    mutating func take(_ field: UInt64, into number: inout UInt32, _ tag: inout UInt64, _ bytes: Span<UInt8>) {
        guard tag == field << 3 else { return }
        number = number32(bytes)
        tag = nextTag(bytes)
    }

    /// What stands behind its length, stepped over.
    @inline(__always)
    mutating func range(_ bytes: Span<UInt8>) -> Range<Int> {
        let count = varint(bytes)
        guard count <= UInt64(end - offset) else {
            fail()
            return end..<end
        }
        let start = offset
        offset = start &+ Int(count)
        return start..<offset
    }

    mutating func place(_ bytes: Span<UInt8>) -> ChargeView.Place { ChargeView.Place(range(bytes)) }

    /// A place that holds UTF-8.
    mutating func text(_ bytes: Span<UInt8>) -> ChargeView.Place {
        let range = range(bytes)
        if !Self.isUTF8(bytes, range) { fail() }
        return ChargeView.Place(range)
    }

    private static func isUTF8(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var (place, high) = (range.lowerBound, UInt64(0))
        while range.upperBound - place >= 8 {
            high |= unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self)
            place &+= 8
        }
        while place < range.upperBound {
            high |= unsafe UInt64(bytes[unchecked: place])
            place &+= 1
        }
        return high & 0x8080_8080_8080_8080 == 0 || (try? UTF8Span(validating: bytes.extracting(range))) != nil
    }
}

extension ChargeView.Place {
    /// - Precondition: the range lies in a record of a leaf of at most 16 KiB.
    init(_ range: Range<Int>) {
        self.init(start: UInt16(truncatingIfNeeded: range.lowerBound), count: UInt16(truncatingIfNeeded: range.count))
    }
}
