import Glibc
import Ledger

/// Charges by number, of keys that come from ``KeyFactory``.
struct ChargeFactory: Sendable {
    /// What makes a charge the same one when it is sent again.
    enum Identity: String, CaseIterable {
        case id = "by id"
        case sequence = "by producer_seq"
    }

    private static let models = [
        "gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "claude-haiku-4-5", "gemini-2.5-pro", "gemini-2.5-flash", "mistral-large", "llama-4",
    ]
    private static let providers = ["openai", "anthropic", "gemini", "mistral"]

    private let tokens: [Token]

    init(keys: Int) { tokens = (0..<keys).map { KeyFactory.token($0) } }

    /// As long as the ids that providers give.
    static func requestID(_ number: Int) -> String {
        let digits = String(UInt64(number), radix: 36)
        return "chatcmpl-" + String(repeating: "B", count: 20 - digits.utf8.count) + digits
    }

    static func identity(_ identity: Identity, _ number: Int, producer: Int) -> ChargeID {
        switch identity {
        case .id: .request(requestID(number &* 1_000 + producer))
        case .sequence: .sequence(producer: "gateway-\(producer)", epoch: 1, number: UInt64(number))
        }
    }

    /// Each key uses two models.
    private func names(_ key: Int, _ number: Int) -> (model: String, group: String, provider: String) {
        let index = (key + number % 2) % Self.models.count
        return (Self.models[index], "team-\(Self.models[index])", Self.providers[index / 2])
    }

    /// A charge with the id that ``identity(_:_:producer:)`` gives, of a key.
    func charge(_ id: ChargeID, key: Int, number: Int, at moment: Instant) -> NewCharge {
        var charge = NewCharge(id: id, token: tokens[key], amount: Amount(picodollars: Int128(Self.amount(number))), occurredAt: moment)
        let names = names(key, number)
        (charge.model, charge.modelGroup, charge.provider) = (names.model, names.group, names.provider)
        (charge.endpoint, charge.callType) = ("/chat/completions", "acompletion")
        charge.tokens.prompt = UInt64(Self.prompt(number))
        charge.tokens.completion = UInt64(Self.completion(number))
        charge.durationMilliseconds = UInt64(Self.duration(number))
        return charge
    }

    private static func amount(_ number: Int) -> Int { 8_000_000_000 + number % 1_000 * 1_000_000 }
    private static func prompt(_ number: Int) -> Int { 100 + number % 900 }
    private static func completion(_ number: Int) -> Int { 20 + number % 480 }
    private static func duration(_ number: Int) -> Int { 200 + number % 4_000 }

    /// The charge as a line for ``Peer``s.
    func csv(key: Int, number: Int, at moment: Instant) -> String {
        let names = names(key, number)
        return "\(Self.requestID(number &* 1_000)),\(tokens[key].hex),\(moment.nanoseconds / Instant.nanosecondsPerSecond),"
            + "\(Self.amount(number)),\(Self.prompt(number)),\(Self.completion(number)),\(names.model),\(names.group),\(names.provider),"
            + "/chat/completions,acompletion,\(Self.duration(number)),0\n"
    }

    /// Charges as a body for `POST /v1/spend`, with places for their identities.
    func json(_ identity: Identity, count: Int, producer: Int, at moment: Instant, _ random: inout Numbers) -> ChargeBody {
        var body = ChargeBody()
        body.append("[")
        for number in 0..<count {
            let key = random.next(below: tokens.count)
            let names = names(key, number)
            body.append(number == 0 ? "{" : ",{")
            switch identity {
            case .id:
                body.append(#""request_id":"chatcmpl-"#)
                body.place(digits: 20)
                body.append("\"")
            case .sequence:
                body.append(#""producer":"gateway-\#(producer)","producer_seq":"#)
                body.place(spaces: 12)
            }
            body.append(
                #","token":"\#(tokens[key].hex)","spend":"0.\#(padded(Self.amount(number)))","occurred_at":"\#(moment)","#
                    + #""prompt_tokens":\#(Self.prompt(number)),"completion_tokens":\#(Self.completion(number)),"model":"\#(names.model)","#
                    + #""model_group":"\#(names.group)","provider":"\#(names.provider)","endpoint":"/chat/completions","#
                    + #""call_type":"acompletion","duration_ms":\#(Self.duration(number))}"#)
        }
        body.append("]")
        return body
    }

    private func padded(_ picodollars: Int) -> String {
        let digits = String(picodollars)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }

    /// The same as length-delimited protobuf (`SpendCharge` of ingest.proto).
    func protobuf(_ identity: Identity, count: Int, producer: Int, at moment: Instant, _ random: inout Numbers) -> ChargeBody {
        var body = ChargeBody()
        for number in 0..<count {
            let key = random.next(below: tokens.count)
            let names = names(key, number)
            var message = ChargeBody()
            switch identity {
            case .id:
                message.appendTag(1, length: 29)
                message.append("chatcmpl-")
                message.place(digits: 20)
            case .sequence:
                message.append(2, "gateway-\(producer)")
                message.append(3, 1)
                message.append(tag: 4, wireType: 0)
                message.place(varint: 9)
            }
            message.append(5, tokens[key].hash.bytes)
            message.append(7, UInt64(Self.amount(number)) << 1)
            message.append(tag: 8, wireType: 1)
            message.append(littleEndian: UInt64(bitPattern: moment.nanoseconds))
            message.append(9, UInt64(Self.prompt(number)))
            message.append(10, UInt64(Self.completion(number)))
            message.append(11, names.model)
            message.append(12, names.group)
            message.append(13, names.provider)
            message.append(14, "/chat/completions")
            message.append(15, "acompletion")
            message.append(22, UInt64(Self.duration(number)))
            body.append(delimited: message)
        }
        return body
    }
}

/// A body whose identities are written anew for each time that it is sent.
struct ChargeBody {
    private enum Form { case digits, spaces, varint }

    private(set) var bytes: [UInt8] = []
    private var places: [(offset: Int, length: Int, form: Form)] = []

    mutating func append(_ text: String) { bytes += Array(text.utf8) }

    mutating func place(digits count: Int) { place(count, .digits) }
    mutating func place(spaces count: Int) { place(count, .spaces) }
    mutating func place(varint count: Int) { place(count, .varint) }

    private mutating func place(_ length: Int, _ form: Form) {
        places.append((bytes.count, length, form))
        bytes += [UInt8](repeating: 0x30, count: length)
    }

    mutating func append(tag: Int, wireType: Int) { append(varint: UInt64(tag << 3 | wireType)) }

    mutating func appendTag(_ tag: Int, length: Int) {
        append(tag: tag, wireType: 2)
        append(varint: UInt64(length))
    }

    mutating func append(_ tag: Int, _ value: UInt64) {
        append(tag: tag, wireType: 0)
        append(varint: value)
    }

    mutating func append(_ tag: Int, _ value: some Collection<UInt8>) {
        appendTag(tag, length: value.count)
        bytes += value
    }

    mutating func append(_ tag: Int, _ value: String) { append(tag, Array(value.utf8)) }

    mutating func append(littleEndian value: UInt64) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
    }

    private mutating func append(varint value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(value & 0x7F) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    mutating func append(delimited other: ChargeBody) {
        append(varint: UInt64(other.bytes.count))
        let start = bytes.count
        bytes += other.bytes
        places += other.places.map { ($0.offset + start, $0.length, $0.form) }
    }

    /// The same behind a request's head.
    func behind(_ head: [UInt8]) -> ChargeBody {
        var whole = ChargeBody()
        whole.bytes = head + bytes
        whole.places = places.map { ($0.offset + head.count, $0.length, $0.form) }
        return whole
    }

    /// Numbers the identities from `first` on.
    mutating func number(from first: Int) {
        bytes.withUnsafeMutableBufferPointer { bytes in
            for (index, place) in places.enumerated() {
                var rest = UInt64(first + index)
                switch place.form {
                case .digits:
                    for offset in (0..<place.length).reversed() {
                        bytes[place.offset + offset] = UInt8(0x30 + rest % 10)
                        rest /= 10
                    }
                case .spaces:
                    for offset in (0..<place.length).reversed() {
                        bytes[place.offset + offset] = rest == 0 ? 0x20 : UInt8(0x30 + rest % 10)
                        rest /= 10
                    }
                case .varint:
                    for offset in 0..<place.length {
                        bytes[place.offset + offset] = UInt8(rest & 0x7F) | (offset + 1 < place.length ? 0x80 : 0)
                        rest >>= 7
                    }
                }
            }
        }
    }
}

extension Instant {
    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * nanosecondsPerSecond + Int64(time.tv_nsec))
    }
}
