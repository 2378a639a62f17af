import FoundationEssentials
import JSONText
import LedgerSchema
import SwiftProtobuf

/// Leaves as people can read them: protobuf's JSON with bytes in hexadecimal, times in RFC 3339 and 64-bit numbers as numbers.
struct LeafDescription {
    /// The type of each field by its name, read from the schema itself.
    private var types: [String: String] = [:]

    init() throws {
        for file in ["common", "keys", "leaf", "ledger", "spend"] {
            for line in try SchemaFiles.text("keyledger/v1/\(file).proto").split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init).filter { $0 != "optional" && $0 != "repeated" }
                guard words.count >= 4, words[2] == "=", ["bytes", "fixed64", "uint64", "sint64", "string"].contains(words[0]) else {
                    continue
                }
                types[words[1]] = words[0]
            }
        }
    }

    func describe(_ leaf: [UInt8]) throws -> JSONValue {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        let text = try Keyledger_V1_Leaf(serializedBytes: leaf).jsonString(options: options)
        return readable(try JSONValue.parse(text: text), type: nil)
    }

    private func readable(_ value: JSONValue, type: String?) -> JSONValue {
        switch (value, type) {
        case (.object(let object), _):
            var new = JSONObject()
            for member in object { new[member.name] = readable(member.value, type: types[member.name]) }
            return .object(new)
        case (.array(let elements), _): return .array(elements.map { readable($0, type: type) })
        case (.string(let text), "bytes"): return .string(Data(base64Encoded: text).map { Hex.text([UInt8]($0)) } ?? text)
        case (.string(let text), "fixed64"): return .string(UInt64(text).map { Instant(bits: $0).description } ?? text)
        case (.string(let text), "uint64"), (.string(let text), "sint64"): return JSONValue(numberText: text) ?? value
        default: return value
        }
    }
}

enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension JSONValue {
    /// Over several lines, two spaces a level; empty objects and arrays stay on one.
    func indented(_ level: Int = 0) -> String {
        let inner = String(repeating: "  ", count: level + 1)
        let outer = String(repeating: "  ", count: level)
        switch self {
        case .object(let object) where !object.isEmpty:
            let members = object.map { "\(inner)\(JSONValue.string($0.name).serialized()): \($0.value.indented(level + 1))" }
            return "{\n\(members.joined(separator: ",\n"))\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n\(elements.map { inner + $0.indented(level + 1) }.joined(separator: ",\n"))\n\(outer)]"
        default: return serialized()
        }
    }
}
