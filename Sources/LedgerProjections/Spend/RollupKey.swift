package import LedgerSchema

/// Which charges one rollup row sums: integers only, so that a fold compares and hashes words.
///
/// A name is 0 for none, a number as NameIntroduced gave it, or from ``textCode`` on an index into texts that stand beside the keys.
package struct RollupKey: RollupHashable, Sendable {
    /// From here on a name's code is an index into texts.
    package static let textCode: UInt32 = 0x8000_0000
    /// What an adjustment shows as its model where it names none.
    package static let adjustment = "adjustment"

    /// UTC quarter of occurred_at; in rows of days the UTC day.
    package var quarter: Int32
    /// UTC day of recorded_at.
    package var recordedDay: Int32
    /// Position of the event that introduced the credential; 0 for an unknown token.
    package var credentialPosition: UInt64
    /// Of an unknown token its index among the tokens that stand beside the keys.
    package var credentialOrdinal: UInt32
    package var revision: UInt32
    package var model: UInt32 = 0
    package var modelGroup: UInt32 = 0
    package var provider: UInt32 = 0
    package var endpoint: UInt32 = 0
    package var mcpTool: UInt32 = 0
    package var callType: UInt32 = 0

    package init(quarter: Int32, recordedDay: Int32, credentialPosition: UInt64, credentialOrdinal: UInt32, revision: UInt32) {
        self.quarter = quarter
        self.recordedDay = recordedDay
        self.credentialPosition = credentialPosition
        self.credentialOrdinal = credentialOrdinal
        self.revision = revision
    }

    /// The credential; `nil` for an unknown token.
    package var credential: CredentialReference? {
        guard credentialPosition != 0 else { return nil }
        return CredentialReference(position: Position(credentialPosition), ordinal: credentialOrdinal)
    }

    /// The same row of the days' tables.
    package var ofDay: RollupKey {
        var key = self
        key.quarter = Quarter.day(of: quarter)
        return key
    }

    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 {
        var hash = WordHash(seed: seed)
        hash.add(credentialPosition, Self.word(credentialOrdinal, revision))
        hash.add(Self.word(model, modelGroup), Self.word(provider, endpoint))
        hash.add(Self.word(mcpTool, callType), Self.word(UInt32(bitPattern: quarter), UInt32(bitPattern: recordedDay)))
        return hash.value
    }

    @inline(__always)
    private static func word(_ high: UInt32, _ low: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
}

/// A row of one tag.
package struct TagRollupKey: RollupHashable, Sendable {
    /// A code like those of ``RollupKey``.
    package var tag: UInt32
    package var rollup: RollupKey

    package init(tag: UInt32, rollup: RollupKey) {
        self.tag = tag
        self.rollup = rollup
    }

    package var ofDay: TagRollupKey { TagRollupKey(tag: tag, rollup: rollup.ofDay) }

    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 { rollup.hash(seed: seed ^ UInt64(tag) &* WordHash.prime) }
}

/// A row of one end user.
package struct EndUserRollupKey: RollupHashable, Sendable {
    /// Subject number.
    package var subject: UInt64
    package var rollup: RollupKey

    package init(subject: UInt64, rollup: RollupKey) {
        self.subject = subject
        self.rollup = rollup
    }

    package var ofDay: EndUserRollupKey { EndUserRollupKey(subject: subject, rollup: rollup.ofDay) }

    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 { rollup.hash(seed: seed ^ subject &* WordHash.prime) }
}

/// A row of charges that name another team or user than the key's. They are in the key's own rows too.
package struct OverrideRollupKey: RollupHashable, Sendable {
    /// A code like those of ``RollupKey``, of a text; 0 if the team is the key's. An empty id is a team too.
    package var team: UInt32
    /// Subject number; `nil` if the user is the key's.
    package var user: UInt64?
    package var rollup: RollupKey

    package init(team: UInt32, user: UInt64?, rollup: RollupKey) {
        self.team = team
        self.user = user
        self.rollup = rollup
    }

    package var ofDay: OverrideRollupKey { OverrideRollupKey(team: team, user: user, rollup: rollup.ofDay) }

    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 {
        rollup.hash(seed: seed ^ (UInt64(team) &+ (user ?? .max) &* 31) &* WordHash.prime)
    }
}

/// The stretch of time that the moment before was in, by its number; the next moment is mostly in it too.
struct StretchMemory: Sendable {
    private var number: Int32 = 0
    private var start: Int64 = 0
    /// Nothing before a stretch is known.
    private var length: UInt64 = 0

    /// - Parameters:
    ///   - length: of all stretches, in nanoseconds.
    ///   - find: the number of the stretch that holds the moment.
    @inline(__always)
    mutating func number(of moment: Instant, length: Int64, _ find: (Instant) -> Int32) -> Int32 {
        let (past, overflow) = moment.nanoseconds.subtractingReportingOverflow(start)
        if !overflow, UInt64(bitPattern: past) < self.length { return number }
        number = find(moment)
        let (start, isUntold) = Int64(number).multipliedReportingOverflow(by: length)
        (self.start, self.length) = (start, isUntold ? 0 : UInt64(length))
        return number
    }
}

/// UTC quarters of an hour, counted from 1970.
package enum Quarter {
    package static let nanoseconds: Int64 = 900 * Instant.nanosecondsPerSecond
    package static let perDay: Int32 = 96

    package static func of(_ moment: Instant) -> Int32 { Int32(moment.nanoseconds.flooredQuotient(by: nanoseconds)) }

    package static func day(of quarter: Int32) -> Int32 { quarter.flooredQuotient(by: perDay) }

    /// The moment at which a quarter begins; the first that can be told if that is later.
    package static func start(of quarter: Int32) -> Instant {
        Instant(nanoseconds: Int64(clamping: Int128(quarter) * Int128(nanoseconds)))
    }
}
