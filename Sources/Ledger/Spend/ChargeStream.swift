import LedgerSchema
import MerkleTree

/// Charges as `Schemas/keyledger/v1/ingest.proto` writes them: messages of the type SpendCharge, each preceded by its length as a varint.
package enum ChargeStream {
    /// Lengths that do not add up to the bytes: where one message ends and the next begins cannot be told.
    package struct Malformed: Error {
        /// Where the message that cannot be read begins.
        package let offset: Int
    }

    /// Reads the charges, `limit` at most and one more if there are more.
    ///
    /// Where a field stands more than once, the last one counts; fields that are not known are passed over. What is wrong with one message
    /// spoils no other.
    ///
    /// - Throws: ``Malformed``.
    package static func read(_ bytes: [UInt8], limit: Int) throws(Malformed) -> ChargeList {
        var frames = ProtobufReader(bytes, bytes.indices)
        var reader = ChargeMessageReader(bytes)
        var charges = ChargeList()
        while charges.count <= limit {
            let start = frames.offset
            do throws(ProtobufReader.Malformed) {
                guard let range = try frames.nextMessage() else { break }
                charges.append(reader.read(range))
            } catch {
                throw Malformed(offset: start)
            }
        }
        return charges
    }
}

/// Reads single messages.
private struct ChargeMessageReader {
    private let bytes: [UInt8]
    private var texts: TextMemory
    /// The secret that was read last, which most charges of a request share: hashing one takes longer than the rest of its charge.
    private var secret: (range: Range<Int>, token: Token)?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        texts = TextMemory(bytes, fields: 26)
    }

    mutating func read(_ range: Range<Int>) -> ChargeDraft {
        var draft = ChargeDraft()
        var fields = ProtobufReader(bytes, range)
        do throws(ProtobufReader.Malformed) {
            while let (field, value) = try fields.next() { try take(field, value, &draft) }
        } catch {
            draft.refuseID("invalid_message", "These bytes are no SpendCharge of ingest.proto.")
        }
        return draft
    }

    private mutating func take(
        _ field: UInt32, _ value: ProtobufReader.Value, _ draft: inout ChargeDraft
    ) throws(ProtobufReader.Malformed) {
        switch (field, value) {
        case (1, .bytes(let range)): draft.requestID = text(range, &draft)
        case (2, .bytes(let range)): draft.producer = text(2, range, &draft)
        case (3, .number(let number)): takeEpoch(number, &draft)
        case (4, .number(let number)): draft.sequence = number
        case (5, .bytes(let range)): draft.name(token: Hash32(bytes[range]).map { Token(hash: $0) })
        case (6, .bytes(let range)): takeKey(range, &draft)
        case (7, .number(let number)): draft.amount = Amount(picodollars: Int128(Int64(zigzag: number)))
        case (8, .fixed(let bits)): draft.charge.occurredAt = Instant(nanoseconds: Int64(bitPattern: bits))
        case (9, .number(let number)): draft.charge.tokens.prompt = number
        case (10, .number(let number)): draft.charge.tokens.completion = number
        case (16, .number(let number)): draft.charge.tokens.cacheRead = number
        case (17, .number(let number)): draft.charge.tokens.cacheWrite = number
        case (26, .number(let number)): draft.charge.skipsMissing = number != 0
        case (21, .number(let number)): draft.charge.failed = number != 0
        case (22, .number(let number)): draft.charge.durationMilliseconds = number
        case (23, .bytes(let range)): try takeCost(range, &draft)
        case (11...15, .bytes(let range)), (18...20, .bytes(let range)), (24...25, .bytes(let range)): takeName(field, range, &draft)
        case (1...26, _): draft.refuseID("invalid_message", "Field \(field) does not have the type that ingest.proto gives it.")
        default: break
        }
    }

    private func takeEpoch(_ number: UInt64, _ draft: inout ChargeDraft) {
        draft.epoch = UInt32(exactly: number)
        if draft.epoch == nil { draft.refuseID("invalid_field", "`producer_epoch` has 32 bits.") }
    }

    private mutating func takeKey(_ range: Range<Int>, _ draft: inout ChargeDraft) {
        if let secret, texts.isSame(range, secret.range) { return draft.name(key: secret.token) }
        draft.name(key: text(range, &draft) ?? "")
        secret = draft.token.map { (range, $0) }
    }

    private mutating func takeName(_ field: UInt32, _ range: Range<Int>, _ draft: inout ChargeDraft) {
        let name = text(Int(field), range, &draft)
        switch field {
        case 11: draft.charge.model = name
        case 12: draft.charge.modelGroup = name
        case 13: draft.charge.provider = name
        case 14: draft.charge.endpoint = name
        case 15: draft.charge.callType = name
        case 18: draft.charge.mcpTool = name
        case 19: draft.charge.endUser = name
        case 20: if let name { draft.add(tag: name) }
        case 24: draft.charge.userID = name
        default: draft.charge.teamID = name
        }
    }

    private func takeCost(_ range: Range<Int>, _ draft: inout ChargeDraft) throws(ProtobufReader.Malformed) {
        var cost = draft.charge.cost ?? CostParts()
        var fields = ProtobufReader(bytes, range)
        while let (field, value) = try fields.next() {
            guard (1...5).contains(field) else { continue }
            guard case .number(let number) = value else { throw ProtobufReader.Malformed() }
            let amount = Int64(zigzag: number)
            switch field {
            case 1: cost.input = amount
            case 2: cost.output = amount
            case 3: cost.cacheRead = amount
            case 4: cost.cacheWrite = amount
            default: cost.other = amount
            }
        }
        draft.charge.cost = cost
    }

    /// A text that is not expected to come again.
    private func text(_ range: Range<Int>, _ draft: inout ChargeDraft) -> String? {
        let text = String(validating: bytes[range], as: UTF8.self)
        if text == nil { draft.refuse("invalid_message", "A text is not UTF-8.") }
        return text
    }

    private mutating func text(_ field: Int, _ range: Range<Int>, _ draft: inout ChargeDraft) -> String? {
        let text = texts.text(field, range)
        if text == nil { draft.refuse("invalid_message", "A text is not UTF-8.") }
        return text
    }
}
