import FoundationEssentials
import SwiftProtobuf

/// Finds the first critical field that this version does not know in a message or in one nested in it.
///
/// Fields 1000–1999 may be ignored (rule in `leaf.proto`).
struct UnknownFieldFinder: Visitor {
    static let ignorable = 1000...1999

    struct Finding: Equatable {
        var message: String
        var number: Int
    }

    private(set) var finding: Finding?
    private var path: [String]

    private init(root: String) { path = [root] }

    static func firstCritical(in message: some Message) -> Finding? {
        var finder = UnknownFieldFinder(root: type(of: message).protoMessageName)
        try? message.traverse(visitor: &finder)
        return finder.finding
    }

    mutating func visitUnknown(bytes: Data) {
        guard finding == nil else { return }
        for number in Self.fieldNumbers(in: [UInt8](bytes)) where !Self.ignorable.contains(number) {
            finding = Finding(message: path.last ?? "", number: number)
            return
        }
    }

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        path.append(M.protoMessageName)
        try value.traverse(visitor: &self)
        path.removeLast()
    }

    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {}
    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {}
    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {}
    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {}
    mutating func visitSingularStringField(value: String, fieldNumber: Int) {}
    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {}
    mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) {}
    mutating func visitMapField<K, V: MapValueType>(
        fieldType: _ProtobufMap<K, V>.Type, value: _ProtobufMap<K, V>.BaseType, fieldNumber: Int
    ) {}
    mutating func visitMapField<K, V>(
        fieldType: _ProtobufEnumMap<K, V>.Type, value: _ProtobufEnumMap<K, V>.BaseType, fieldNumber: Int
    ) where V.RawValue == Int {}
    mutating func visitMapField<K, V>(
        fieldType: _ProtobufMessageMap<K, V>.Type, value: _ProtobufMessageMap<K, V>.BaseType, fieldNumber: Int
    ) {}

    /// The field numbers of well-formed protobuf bytes (the decoder has checked them before it kept them). What a group holds
    /// belongs to the group.
    static func fieldNumbers(in bytes: [UInt8]) -> [Int] {
        var reader = VarintReader(bytes: bytes)
        var numbers: [Int] = []
        var groups = 0
        while let tag = reader.varint() {
            if groups == 0 { numbers.append(Int(tag >> 3)) }
            switch tag & 7 {
            case 3: groups += 1
            case 4: groups -= 1
            case 0: _ = reader.varint()
            case 1: reader.skip(8)
            case 2: reader.skip(reader.varint() ?? .max)
            case 5: reader.skip(4)
            default: return numbers
            }
        }
        return numbers
    }
}

/// Reads base-128 varints; `nil` at the end or where the bytes are cut.
struct VarintReader {
    let bytes: [UInt8]
    private(set) var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return shift == 63 && byte > 1 ? nil : value }
            shift += 7
        }
        return nil
    }

    mutating func skip(_ count: UInt64) {
        offset = count > UInt64(bytes.count - offset) ? bytes.count : offset + Int(count)
    }
}
