import LedgerSchema
import RandomTestSupport

/// A message as its fields, to take it apart and put it together in ways that no encoder would.
struct WireField {
    var number: UInt64
    var type: UInt64
    /// What follows the tag; for type 2 without its length.
    var payload: [UInt8]

    static func fields(of message: [UInt8]) -> [WireField] {
        var (rest, fields) = (message[...], [WireField]())
        while let tag = varint(&rest) {
            var payload: [UInt8]
            switch tag & 7 {
            case 0: payload = Varint.encode(varint(&rest) ?? 0)
            case 1: payload = Array(rest.prefix(8))
            default:
                let count = Int(clamping: varint(&rest) ?? 0)
                payload = Array(rest.prefix(count))
            }
            if tag & 7 != 0 { rest = rest.dropFirst(payload.count) }
            fields.append(WireField(number: tag >> 3, type: tag & 7, payload: payload))
        }
        return fields
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = bytes.popFirst() {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    func bytes(_ random: inout SplitMix64) -> [UInt8] {
        let tag = Self.varint(number << 3 | type, &random)
        return type == 2 ? tag + Self.varint(UInt64(payload.count), &random) + payload : tag + payload
    }

    /// A varint that is, now and then, longer than it has to be.
    static func varint(_ value: UInt64, _ random: inout SplitMix64) -> [UInt8] {
        var bytes = Varint.encode(value)
        guard UInt16.random(in: 0..<200, using: &random) == 0 else { return bytes }
        bytes[bytes.count - 1] |= 0x80
        let most = UInt8.random(in: 0..<4, using: &random) == 0 ? 12 : 9 - bytes.count
        return bytes + [UInt8](repeating: 0x80, count: .random(in: 0...max(0, most), using: &random)) + [0]
    }
}

/// Turns valid records of charges into unusual and hostile ones.
struct RecordMutation {
    var random: SplitMix64

    mutating func record(of leaf: [UInt8], beside other: [UInt8]) -> [UInt8] {
        var leaf = leaf
        if chance(70) { leaf = changedLeaf(leaf, beside: other) }
        var record = WireField.varint(UInt64(leaf.count), &random) + leaf
        if chance(10) { record += [UInt8](repeating: 7, count: below(20)) }
        if chance(10) { for _ in 0...below(3) where !record.isEmpty { damage(&record) } }
        return record
    }

    private mutating func changedLeaf(_ leaf: [UInt8], beside other: [UInt8]) -> [UInt8] {
        var fields = WireField.fields(of: leaf)
        let others = WireField.fields(of: other)
        for index in fields.indices where fields[index].number == 15 {
            let payload = fields[index].payload
            if chance(50) {
                let parts = rewritten(payload)
                fields.replaceSubrange(index...index, with: parts.map { WireField(number: 15, type: 2, payload: $0) })
            } else if chance(80) {
                fields[index].payload = changed(payload, beside: others.last?.payload ?? [])
            }
        }
        for index in fields.indices where fields[index].number == 26 && chance(80) {
            var inner = WireField.fields(of: fields[index].payload)
            for place in inner.indices where inner[place].type == 2 {
                inner[place].payload = changed(inner[place].payload, beside: [])
            }
            if chance(10) { inner += inner }
            if chance(5) { inner.append(stranger()) }
            fields[index].payload = join(inner)
        }
        if chance(15) { changeEnvelope(&fields, others) }
        return join(fields)
    }

    private mutating func changeEnvelope(_ fields: inout [WireField], _ others: [WireField]) {
        let place = below(fields.count + 1)
        switch below(8) {
        case 0: fields.insert(stranger(), at: place)
        case 1: fields.insert(contentsOf: others, at: place)
        case 2: if let field = fields.randomElement(using: &random) { fields.insert(field, at: place) }
        case 3: if !fields.isEmpty { fields.remove(at: below(fields.count)) }
        case 4: fields.shuffle(using: &random)
        case 5: fields.insert(WireField(number: 7, type: 2, payload: join([numberField(1), numberField(2)])), at: place)
        case 6: fields.insert(WireField(number: UInt64(16 + below(27)), type: 2, payload: []), at: place)
        default: fields.insert(WireField(number: UInt64(1 + below(9)), type: 2, payload: Array(repeating: 8, count: below(4))), at: place)
        }
    }

    /// The same charge, or nearly, in a form in which no encoder writes it, in one message or two that merge.
    private mutating func rewritten(_ message: [UInt8]) -> [[UInt8]] {
        var fields = WireField.fields(of: message)
        for _ in 0...below(2) where !fields.isEmpty { rewrite(&fields) }
        guard chance(20) else { return [join(fields)] }
        let middle = below(fields.count + 1)
        return [join(Array(fields[..<middle])), join(Array(fields[middle...]))]
    }

    private mutating func rewrite(_ fields: inout [WireField]) {
        let (place, index) = (below(fields.count + 1), below(fields.count))
        switch below(7) {
        case 0: fields.insert(fields[index], at: place)
        case 1: fields.shuffle(using: &random)
        case 2: fields.insert(stranger(UInt64(1_000 + below(1_000))), at: place)
        case 3: fields.insert(contentsOf: [19, 19].map { numberField($0) }, at: place)
        case 4: fields.insert(cost(), at: place)
        case 5: if fields[index].type == 0 { fields.insert(numberField(fields[index].number), at: place) }
        default: fields.insert(contentsOf: [1, 26, 34].map { WireField(number: $0, type: 2, payload: Array("é".utf8)) }, at: place)
        }
    }

    /// A charge's fields, changed in a few places.
    private mutating func changed(_ message: [UInt8], beside other: [UInt8]) -> [UInt8] {
        var fields = WireField.fields(of: message)
        for _ in 0...(chance(30) ? 2 : 0) { change(&fields, WireField.fields(of: other)) }
        return join(fields)
    }

    private mutating func change(_ fields: inout [WireField], _ others: [WireField]) {
        guard !fields.isEmpty else { return fields.append(numberField(2)) }
        let (place, index) = (below(fields.count + 1), below(fields.count))
        switch below(14) {
        case 0: fields.insert(fields[index], at: place)
        case 1: if let field = others.randomElement(using: &random) { fields.insert(field, at: place) }
        case 2: fields.remove(at: index)
        case 3: fields.swapAt(index, below(fields.count))
        case 4: fields.insert(stranger(), at: place)
        case 5: fields[index].type = [0, 1, 2, 3, 4, 5, 6, 7].randomElement(using: &random) ?? 0
        case 6: fields.insert(numberField(UInt64(1 + below(37))), at: place)
        case 7: fields.insert(textField(UInt64(1 + below(37))), at: place)
        case 8: fields.insert(tags(), at: place)
        case 9: fields.insert(cost(), at: place)
        case 10: fields.sort { $0.number < $1.number }
        case 11: if !fields[index].payload.isEmpty { damage(&fields[index].payload) }
        case 12: fields[index] = fields[index].type == 0 ? numberField(fields[index].number) : textField(fields[index].number)
        default: fields += [numberField(19), tags(), textField(34), textField(34)]
        }
    }

    private mutating func stranger() -> WireField {
        let numbers: [UInt64] = [0, 9, 37, 42, 500, 999, 1_000, 1_500, 1_999, 2_000, 536_870_911]
        return stranger(chance(60) ? UInt64(1_000 + below(1_000)) : numbers.randomElement(using: &random) ?? 1)
    }

    private mutating func stranger(_ number: UInt64) -> WireField {
        switch below(5) {
        case 0: return numberField(number)
        case 1: return WireField(number: number, type: 1, payload: [UInt8](repeating: 3, count: 8))
        case 2: return WireField(number: number, type: 5, payload: [UInt8](repeating: 3, count: 4))
        case 3: return textField(number)
        default:
            let inner = chance(50) ? numberField(3).bytes(&random) : chance(30) ? stranger(number + 1).bytes(&random) : []
            let end = Varint.encode((chance(97) ? number : number + 1) << 3 | 4)
            return WireField(number: number, type: 3, payload: inner + (chance(95) ? end : []))
        }
    }

    private mutating func numberField(_ number: UInt64) -> WireField {
        var payload = Varint.encode(random.next() >> UInt64(below(64)))
        if chance(10) { payload = [UInt8](repeating: 0x80, count: below(11)) + [UInt8(1 + below(3))] }
        if chance(5) { payload = [0] }
        return WireField(number: number, type: 0, payload: payload)
    }

    private mutating func textField(_ number: UInt64) -> WireField {
        let texts: [[UInt8]] = [
            [], Array("gpt-5".utf8), Array("Zürich \u{1F511}".utf8), [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xe2, 0x82], Array("12345678é".utf8), Array("1234567".utf8) + [0xc3], [UInt8](repeating: 9, count: 32), [0],
        ]
        return WireField(number: number, type: 2, payload: texts.randomElement(using: &random) ?? [])
    }

    private mutating func tags() -> WireField {
        WireField(number: 19, type: 2, payload: (0..<below(4)).flatMap { _ in numberField(0).payload })
    }

    private mutating func cost() -> WireField {
        var fields = (0..<below(4)).map { _ in numberField(UInt64(1 + below(6))) }
        if chance(10) { fields.append(stranger()) }
        return WireField(number: 23, type: 2, payload: join(fields))
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        let place = below(bytes.count)
        switch below(5) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes.removeSubrange(place...)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(UInt8(below(256)), at: place)
        default: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
        }
    }

    private mutating func join(_ fields: [WireField]) -> [UInt8] { fields.flatMap { $0.bytes(&random) } }

    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
