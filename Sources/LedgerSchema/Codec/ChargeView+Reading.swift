extension ChargeView {
    enum Reading {
        case charge
        /// A record of another event.
        case another
        /// What only the general decoder can judge.
        case irregular
    }

    /// Reads a record in canonical form.
    mutating func fill(from record: Span<UInt8>) -> Reading {
        var head = WireCursor(0..<record.count)
        let length = head.varint(record)
        guard length <= UInt64(Record.maximumLeafSize), Int(length) <= record.count - head.offset else { return .irregular }
        var leaf = WireCursor(head.offset..<head.offset + Int(length))
        var isPlain = true
        while !leaf.isAtEnd {
            let tag = leaf.tag(record)
            switch tag {
            case 1 << 3 | 1 where leaf.offset == head.offset + 1: recordedAt = Instant(bits: leaf.fixed64(record))
            case 7 << 3 | 2 where caller == nil: readCaller(&leaf, record)
            // The other fields of an envelope.
            case 2 << 3 | 2, 3 << 3 | 2, 4 << 3 | 2, 5 << 3 | 2, 6 << 3 | 2, 8 << 3 | 2:
                _ = leaf.range(record)
                isPlain = false
            case 15 << 3 | 2, 26 << 3 | 2:
                let range = leaf.range(record)
                guard isPlain, !leaf.isIrregular, leaf.isAtEnd else { return .irregular }
                isAdjustment = tag == 26 << 3 | 2
                return (isAdjustment ? readAdjustment(range, record) : readCharge(range, record)) ? .charge : .irregular
            case 16 << 3 | 2...41 << 3 | 2 where tag & 7 == 2:
                _ = leaf.range(record)
                return leaf.isIrregular || !leaf.isAtEnd ? .irregular : .another
            default: return .irregular
            }
        }
        return .irregular
    }

    private mutating func readCaller(_ leaf: inout WireCursor, _ record: Span<UInt8>) {
        var cursor = WireCursor(leaf.range(record))
        var (position, ordinal, last) = (UInt64(0), UInt32(0), UInt64(0))
        while !cursor.isAtEnd {
            let tag = cursor.tag(record)
            switch tag {
            case 1 << 3 where last == 0: position = cursor.varint(record)
            case 2 << 3 where last < tag: ordinal = cursor.number32(record)
            default: cursor.fail()
            }
            last = tag
        }
        if cursor.isIrregular { leaf.fail() }
        caller = CredentialReference(position: Position(position), ordinal: ordinal)
    }

    private mutating func readAdjustment(_ range: Range<Int>, _ record: Span<UInt8>) -> Bool {
        var cursor = WireCursor(range)
        guard cursor.tag(record) == 1 << 3 | 2 else { return false }
        let charge = cursor.range(record)
        return !cursor.isIrregular && cursor.isAtEnd && readCharge(charge, record)
    }

    /// The fields of `SpendRecorded` in ascending order, each once. One after the other: a charge has most of the first and few of the
    /// last, so that each question has nearly always the same answer.
    private mutating func readCharge(_ range: Range<Int>, _ record: Span<UInt8>) -> Bool {
        var cursor = WireCursor(range)
        var tag = cursor.nextTag(record)
        readIdentity(&tag, &cursor, record)
        readSums(&tag, &cursor, record)
        if tag == 22 << 3 {
            durationMilliseconds = cursor.varint(record)
            tag = cursor.nextTag(record)
        }
        if tag != 0 {
            readRareFields(&tag, &cursor, record)
            guard areRareFieldsSound else { return false }
        }
        return tag == 0 && !cursor.isIrregular && isCredentialSound
    }

    @inline(__always)
    private mutating func readIdentity(_ tag: inout UInt64, _ cursor: inout WireCursor, _ record: Span<UInt8>) {
        if tag == 1 << 3 | 2 {
            chargeID = cursor.text(record)
            tag = cursor.nextTag(record)
        }
        if tag == 2 << 3 {
            credentialPosition = cursor.varint(record)
            tag = cursor.nextTag(record)
        }
        if tag == 3 << 3 {
            credentialOrdinal = cursor.number32(record)
            tag = cursor.nextTag(record)
        }
        if tag == 4 << 3 | 2 {
            unknownToken = cursor.place(record)
            tag = cursor.nextTag(record)
        }
        if tag == 5 << 3 {
            revision = cursor.varint(record)
            tag = cursor.nextTag(record)
        }
    }

    @inline(__always)
    private mutating func readSums(_ tag: inout UInt64, _ cursor: inout WireCursor, _ record: Span<UInt8>) {
        if tag == 6 << 3 | 1 {
            occurredAt = Instant(bits: cursor.fixed64(record))
            tag = cursor.nextTag(record)
        }
        if tag == 7 << 3 {
            occurredAtIsDefaulted = cursor.varint(record) != 0
            tag = cursor.nextTag(record)
        }
        if tag == 8 << 3 {
            amount = cursor.signed(record)
            tag = cursor.nextTag(record)
        }
        cursor.take(9, into: &tokens.prompt, &tag, record)
        cursor.take(10, into: &tokens.completion, &tag, record)
        cursor.take(11, into: &model.number, &tag, record)
        cursor.take(12, into: &modelGroup.number, &tag, record)
        cursor.take(13, into: &provider.number, &tag, record)
        cursor.take(14, into: &endpoint.number, &tag, record)
        cursor.take(15, into: &callType.number, &tag, record)
        if tag > 21 << 3 { return }
        cursor.take(16, into: &tokens.cacheRead, &tag, record)
        cursor.take(17, into: &tokens.cacheWrite, &tag, record)
        cursor.take(18, into: &mcpTool.number, &tag, record)
        if tag == 19 << 3 | 2 {
            readTagNumbers(&cursor, record)
            tag = cursor.nextTag(record)
        }
        cursor.take(20, into: &endUser, &tag, record)
        if tag == 21 << 3 {
            failed = cursor.varint(record) != 0
            tag = cursor.nextTag(record)
        }
    }

    /// The fields from 23 on.
    @inline(never)
    private mutating func readRareFields(_ tag: inout UInt64, _ cursor: inout WireCursor, _ record: Span<UInt8>) {
        var last = UInt64(22 << 3 | 7)
        while tag > last {
            last = tag
            switch tag {
            case 23 << 3 | 2: readCost(&cursor, record)
            case 24 << 3 | 2: producer = cursor.text(record)
            case 25 << 3: producerNumber = cursor.varint(record)
            case 26 << 3 | 2: teamID = cursor.text(record)
            case 27 << 3: user = cursor.varint(record)
            case 28 << 3 | 2: model.text = cursor.text(record)
            case 29 << 3 | 2: modelGroup.text = cursor.text(record)
            case 30 << 3 | 2: provider.text = cursor.text(record)
            case 31 << 3 | 2: endpoint.text = cursor.text(record)
            case 32 << 3 | 2: callType.text = cursor.text(record)
            case 33 << 3 | 2: mcpTool.text = cursor.text(record)
            // A tag of two bytes stands before it.
            case 34 << 3 | 2: readTagTexts(from: cursor.offset - 2, &cursor, record)
            case 35 << 3: producerEpoch = cursor.number32(record)
            case 36 << 3: producerFloor = cursor.varint(record)
            default: return
            }
            tag = cursor.nextTag(record)
        }
    }

    // What the general decoder asks of a charge's values beyond their form.

    @inline(__always)
    private var isCredentialSound: Bool {
        credentialPosition == 0 ? unknownToken.count == 32 && credentialOrdinal == 0 : unknownToken.isEmpty
    }

    private var areRareFieldsSound: Bool {
        guard producerNumber != nil || producer.isEmpty && producerEpoch == 0 && producerFloor == 0 else { return false }
        return model.isSound && modelGroup.isSound && provider.isSound && endpoint.isSound && callType.isSound && mcpTool.isSound
    }

    private mutating func readTagNumbers(_ cursor: inout WireCursor, _ record: Span<UInt8>) {
        let range = cursor.range(record)
        tagNumbers = Place(range)
        var numbers = WireCursor(range)
        while !numbers.isAtEnd {
            if numbers.number32(record) == 0 { numbers.fail() }
        }
        if numbers.isIrregular { cursor.fail() }
    }

    /// Takes the fields of the same number that follow, too.
    private mutating func readTagTexts(from start: Int, _ cursor: inout WireCursor, _ record: Span<UInt8>) {
        while true {
            if cursor.text(record).isEmpty { cursor.fail() }
            var next = cursor
            guard !cursor.isAtEnd, next.tag(record) == 34 << 3 | 2 else { break }
            cursor = next
        }
        tagTexts = Place(start..<cursor.offset)
    }

    private mutating func readCost(_ cursor: inout WireCursor, _ record: Span<UInt8>) {
        var parts = WireCursor(cursor.range(record))
        var (cost, last) = (CostParts(), UInt64(0))
        while !parts.isAtEnd {
            let tag = parts.tag(record)
            guard tag > last else { return cursor.fail() }
            last = tag
            switch tag {
            case 1 << 3: cost.input = parts.signed(record)
            case 2 << 3: cost.output = parts.signed(record)
            case 3 << 3: cost.cacheRead = parts.signed(record)
            case 4 << 3: cost.cacheWrite = parts.signed(record)
            case 5 << 3: cost.other = parts.signed(record)
            default: return cursor.fail()
            }
        }
        if parts.isIrregular { cursor.fail() }
        self.cost = cost
    }
}

extension ChargeView.Name {
    /// Not both.
    fileprivate var isSound: Bool { number == 0 || text.isEmpty }
}
