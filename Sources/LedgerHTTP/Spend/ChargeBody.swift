import HTTPTypes
import JSONText
package import Ledger

/// The charges of a request's body.
package struct ChargeBody: Sendable {
    /// The longest body of a request.
    package static let mostBytes = 8 << 20

    package enum Format: Sendable {
        /// One object, or an array of them.
        case json
        /// One object a line.
        case lines
        /// As `ChargeStream` reads them.
        case protobuf

        /// By the request's Content-Type; JSON if it names none of the others.
        package init(contentType: String?) {
            switch contentType?.split(separator: ";").first.map({ $0.filter { $0 != " " }.lowercased() }) {
            case "application/x-ndjson", "application/ndjson", "application/jsonl": self = .lines
            case "application/x-protobuf", "application/protobuf": self = .protobuf
            default: self = .json
            }
        }

        package var contentType: String {
            switch self {
            case .json: "application/json"
            case .lines: "application/x-ndjson"
            case .protobuf: "application/x-protobuf"
            }
        }
    }

    /// At least one, at most `ChargeRequest.mostCharges`.
    package private(set) var charges: ChargeList

    /// - Throws: `APIError`: a 422 for no charge at all and for bytes that do not have the format, a 413 for too many charges.
    package init(_ bytes: [UInt8], _ format: Format) throws {
        if bytes.isEmpty { throw APIError.bodyMissing }
        let limit = ChargeRequest.mostCharges
        switch format {
        case .json: charges = try Self.json(bytes, limit)
        case .lines: charges = Self.lines(bytes, limit)
        case .protobuf: charges = try Self.protobuf(bytes, limit)
        }
        if charges.count == 0 { throw APIError.noCharges }
        if charges.count > limit { throw APIError.tooManyCharges }
        charges.requireTimes()
    }

    private static func json(_ bytes: [UInt8], _ limit: Int) throws -> ChargeList {
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes, in: bytes.indices, allowsNonFinite: true)
            var reader = ChargeJSONReader(bytes)
            var charges = ChargeList()
            if scanner.startsArray() {
                _ = try scanner.next()
                var isFirst = true
                while charges.count <= limit, try scanner.nextElement(&isFirst) { charges.append(try reader.read(&scanner)) }
            } else {
                charges.append(try reader.read(&scanner))
            }
            if charges.count <= limit { try scanner.finish() }
            return charges
        } catch {
            throw APIError.bodyNotJSON(at: error.offset)
        }
    }

    /// A line that is no JSON is a charge that is refused: it spoils no other.
    private static func lines(_ bytes: [UInt8], _ limit: Int) -> ChargeList {
        var reader = ChargeJSONReader(bytes)
        var charges = ChargeList()
        var start = 0
        while start < bytes.count, charges.count <= limit {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if !bytes[start..<end].allSatisfy(isSpace) { charges.append(line(bytes, start..<end, &reader)) }
            start = end + 1
        }
        return charges
    }

    private static func line(_ bytes: [UInt8], _ range: Range<Int>, _ reader: inout ChargeJSONReader) -> ChargeDraft {
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes, in: range, allowsNonFinite: true)
            let draft = try reader.read(&scanner)
            try scanner.finish()
            return draft
        } catch {
            var draft = ChargeDraft()
            draft.refuse("invalid_json", "This line is no JSON: \(error.message) (at byte \(error.offset - range.lowerBound)).")
            return draft
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 }

    private static func protobuf(_ bytes: [UInt8], _ limit: Int) throws -> ChargeList {
        do throws(ChargeStream.Malformed) {
            return try ChargeStream.read(bytes, limit: limit)
        } catch {
            throw APIError(
                .unprocessableContent,
                "The body is no sequence of SpendCharge messages, each preceded by its length as a varint: the one at byte \(error.offset) is cut"
                    + " off. Nothing was recorded.", code: "protobuf_invalid")
        }
    }
}

extension APIError {
    fileprivate static var noCharges: APIError {
        APIError(.unprocessableContent, "The body holds no charge.", code: "no_charges")
    }

    fileprivate static var tooManyCharges: APIError {
        APIError(
            .contentTooLarge, "A request has at most \(ChargeRequest.mostCharges) charges. Nothing was recorded; divide it.",
            code: "too_many_charges")
    }
}
