import MerkleTree

/// Writes charges without a message in between: the bytes that SwiftProtobuf would give, in one allocation.
package enum ChargeCodec {
    /// The leaf of a charge whose envelope is the time of recording and the caller alone.
    package static func leaf(
        _ charge: Charge, recordedAt: Instant, caller: CredentialReference?, isAdjustment: Bool = false
    ) -> [UInt8] {
        let sizes = Sizes(charge, isAdjustment)
        var head = WireSize()
        write(recordedAt, caller, to: &head)
        return [UInt8](capacity: head.count + sizes.member) { bytes in
            write(recordedAt, caller, to: &bytes)
            write(charge, sizes, to: &bytes)
        }
    }

    /// The record of a charge, which has no openings: such a leaf behind its length.
    ///
    /// - Throws: `tooLarge`.
    package static func record(
        _ charge: Charge, recordedAt: Instant, caller: CredentialReference?
    ) throws(SchemaError) -> (bytes: [UInt8], leaf: Range<Int>) {
        let sizes = Sizes(charge, false)
        var head = WireSize()
        write(recordedAt, caller, to: &head)
        let size = head.count + sizes.member
        try Record.requireSize(ofLeaf: size)
        let start = Varint.size(UInt64(size))
        let bytes = [UInt8](capacity: start + size) { bytes in
            bytes.varint(UInt64(size))
            write(recordedAt, caller, to: &bytes)
            write(charge, sizes, to: &bytes)
        }
        return (bytes, start..<start + size)
    }

    /// The member of a leaf's `event` alone.
    package static func member(_ charge: Charge, isAdjustment: Bool) -> [UInt8] {
        let sizes = Sizes(charge, isAdjustment)
        return [UInt8](capacity: sizes.member) { bytes in write(charge, sizes, to: &bytes) }
    }

    /// How long the parts are that stand behind their length.
    private struct Sizes {
        let isAdjustment: Bool
        let charge: Int
        /// SpendAdjusted, which holds the charge in its only field.
        let adjustment: Int
        /// The whole field of the leaf.
        let member: Int

        init(_ charge: Charge, _ isAdjustment: Bool) {
            var size = WireSize()
            charge.write(to: &size)
            self.isAdjustment = isAdjustment
            self.charge = size.count
            adjustment = 1 + Varint.size(UInt64(size.count)) + size.count
            let inner = isAdjustment ? adjustment : size.count
            member = Varint.size(UInt64(Self.type(isAdjustment).rawValue) << 3) + Varint.size(UInt64(inner)) + inner
        }

        static func type(_ isAdjustment: Bool) -> EventType { isAdjustment ? .spendAdjusted : .spendRecorded }
    }

    private static func write(
        _ recordedAt: Instant, _ caller: CredentialReference?, to sink: inout some WireSink & ~Copyable & ~Escapable
    ) {
        sink.fixed(1, recordedAt.bits)
        guard let caller else { return }
        var size = WireSize()
        caller.write(to: &size)
        sink.tag(7, .bytes)
        sink.varint(UInt64(size.count))
        caller.write(to: &sink)
    }

    private static func write(_ charge: Charge, _ sizes: Sizes, to sink: inout some WireSink & ~Copyable & ~Escapable) {
        sink.tag(UInt64(Sizes.type(sizes.isAdjustment).rawValue), .bytes)
        if sizes.isAdjustment {
            sink.varint(UInt64(sizes.adjustment))
            sink.tag(1, .bytes)
        }
        sink.varint(UInt64(sizes.charge))
        charge.write(to: &sink)
    }
}

extension CredentialReference {
    fileprivate func write(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        sink.number(1, position.value)
        sink.number(2, UInt64(ordinal))
    }
}

/// The fields of `SpendRecorded` in the order of their numbers.
extension Charge {
    fileprivate func write(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        if let chargeID { sink.text(1, chargeID) }
        credential.write(to: &sink)
        sink.number(5, revision)
        sink.fixed(6, occurredAt.bits)
        sink.flag(7, occurredAtIsDefaulted)
        sink.signed(8, amount)
        sink.number(9, tokens.prompt)
        sink.number(10, tokens.completion)
        sink.name(11, model)
        sink.name(12, modelGroup)
        sink.name(13, provider)
        sink.name(14, endpoint)
        sink.name(15, callType)
        sink.number(16, tokens.cacheRead)
        sink.number(17, tokens.cacheWrite)
        sink.name(18, mcpTool)
        writeTagNumbers(to: &sink)
        sink.number(20, endUser)
        sink.flag(21, failed)
        if let durationMilliseconds { sink.presentNumber(22, durationMilliseconds) }
        if let cost { cost.writeField(to: &sink) }
        writeRest(to: &sink)
    }

    private func writeRest(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        if let sequence {
            sink.text(24, sequence.producer)
            sink.presentNumber(25, sequence.number)
        }
        if let teamID { sink.presentText(26, teamID) }
        if let user { sink.presentNumber(27, user) }
        sink.nameText(28, model)
        sink.nameText(29, modelGroup)
        sink.nameText(30, provider)
        sink.nameText(31, endpoint)
        sink.nameText(32, callType)
        sink.nameText(33, mcpTool)
        for tag in tags { sink.nameText(34, tag) }
        if let sequence {
            sink.number(35, UInt64(sequence.epoch))
            sink.number(36, sequence.floor)
        }
    }

    private func writeTagNumbers(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        var size = 0
        for tag in tags {
            if case .number(let number) = tag, number != 0 { size += Varint.size(UInt64(number)) }
        }
        guard size > 0 else { return }
        sink.tag(19, .bytes)
        sink.varint(UInt64(size))
        for tag in tags {
            if case .number(let number) = tag, number != 0 { sink.varint(UInt64(number)) }
        }
    }
}

extension WireSink where Self: ~Copyable, Self: ~Escapable {
    fileprivate mutating func name(_ field: UInt64, _ name: ChargeName?) {
        if case .number(let number) = name { self.number(field, UInt64(number)) }
    }

    fileprivate mutating func nameText(_ field: UInt64, _ name: ChargeName?) {
        if case .text(let text) = name { self.text(field, text) }
    }
}

extension ChargeCredential {
    fileprivate func write(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        switch self {
        case .known(let reference):
            sink.number(2, reference.position.value)
            sink.number(3, UInt64(reference.ordinal))
        case .unknown(let token):
            sink.tag(4, .bytes)
            sink.varint(UInt64(Hash32.byteCount))
            sink.bytes(token.hash.inlineBytes.span)
        }
    }
}

extension CostParts {
    fileprivate func writeField(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        var size = WireSize()
        write(to: &size)
        sink.tag(23, .bytes)
        sink.varint(UInt64(size.count))
        write(to: &sink)
    }

    private func write(to sink: inout some WireSink & ~Copyable & ~Escapable) {
        sink.signed(1, input)
        sink.signed(2, output)
        sink.signed(3, cacheRead)
        sink.signed(4, cacheWrite)
        sink.signed(5, other)
    }
}
