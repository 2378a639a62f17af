/// Takes the bytes of a protobuf message in their order: once to count them, once to write them, so that a message takes one allocation.
protocol WireSink: ~Copyable, ~Escapable {
    mutating func byte(_ byte: UInt8)
    mutating func fixed64(_ value: UInt64)
    mutating func varint(_ value: UInt64)
    mutating func bytes(_ bytes: borrowing Span<UInt8>)
}

/// Fields under their tags. What has its default value is left out, as proto3 does, except by `present…`.
extension WireSink where Self: ~Copyable, Self: ~Escapable {
    mutating func tag(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

    mutating func number(_ field: UInt64, _ value: UInt64) {
        if value != 0 { presentNumber(field, value) }
    }

    mutating func presentNumber(_ field: UInt64, _ value: UInt64) {
        tag(field, .varint)
        varint(value)
    }

    mutating func signed(_ field: UInt64, _ value: Int64) {
        number(field, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func fixed(_ field: UInt64, _ value: UInt64) {
        guard value != 0 else { return }
        tag(field, .fixed64)
        fixed64(value)
    }

    mutating func flag(_ field: UInt64, _ value: Bool) {
        if value { presentNumber(field, 1) }
    }

    mutating func text(_ field: UInt64, _ value: String) {
        if !value.isEmpty { presentText(field, value) }
    }

    mutating func presentText(_ field: UInt64, _ value: String) {
        tag(field, .bytes)
        varint(UInt64(value.utf8.count))
        bytes(value.utf8.span)
    }
}

enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
}

struct WireSize: WireSink {
    private(set) var count = 0

    mutating func byte(_ byte: UInt8) { count += 1 }
    mutating func fixed64(_ value: UInt64) { count += 8 }
    mutating func varint(_ value: UInt64) { count += Varint.size(value) }
    mutating func bytes(_ bytes: borrowing Span<UInt8>) { count += bytes.count }
}

extension OutputSpan<UInt8>: WireSink {
    mutating func byte(_ byte: UInt8) { append(byte) }

    mutating func fixed64(_ value: UInt64) {
        for shift in stride(from: 0 as UInt64, to: 64, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func bytes(_ bytes: borrowing Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe withUnsafeMutableBufferPointer { buffer, count in
                _ = unsafe UnsafeMutableBufferPointer(rebasing: buffer[count..<count + source.count]).initialize(fromContentsOf: source)
                count += source.count
            }
        }
    }
}
