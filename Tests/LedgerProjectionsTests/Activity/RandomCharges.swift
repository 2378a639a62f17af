import LedgerDomain
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import RandomTestSupport

@testable import LedgerProjections

/// Charges of a few keys with many names, as the log would hold them.
struct RandomCharges {
    struct Recorded {
        var position: Position
        var recordedAt: Instant
        var charge: Charge
        var isAdjustment: Bool
    }

    private(set) var random: SplitMix64
    let directory = FakeDirectory()
    private(set) var charges: [Recorded] = []
    private(set) var keyIDs: [KeyID] = []
    private(set) var references: [CredentialReference] = []
    /// No key has them; the last one became a key's later.
    let unknown = [Token(secret: "stray one"), Token(secret: "stray two"), Token(secret: "adopted")]

    private static let models = ["gpt", "claude", "é", "e\u{301}", "unknown-model"]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        for (index, model) in Self.models.enumerated() {
            for kind in NameKind.allCases { directory.names[kind, default: [:]][UInt32(index + 1)] = "\(model)" }
        }
        for text in ["a", "adjustment", "gpt", "rare", "team x", "Unassigned", ""] { directory.add(text: text) }
        directory.subjects = [1: "ann", 2: "bob", 3: "Unassigned", 4: "eve"]
        for number in 0..<5 { makeKey(UInt64(number)) }
    }

    private mutating func makeKey(_ number: UInt64) {
        let keyID = KeyID(time: .epoch, random: (number + 1, number))
        keyIDs.append(keyID)
        let revisions = Int.random(in: 1...4, using: &random)
        var labels: [KeyLabel] = []
        for revision in 0..<revisions {
            labels.append(
                KeyLabel(
                    alias: "key \(number).\(revision)", teamID: ["a", "b", nil].randomElement(using: &random) ?? nil,
                    organizationID: Bool.random(using: &random) ? "org" : nil, agentID: number == 0 ? "agent" : nil,
                    user: [1, 2, 3, nil].randomElement(using: &random) ?? nil))
        }
        let first = number * 10 + 1
        let positions = (0..<revisions).map { Position(first + UInt64($0)) }
        directory.lives[keyID] = KeyLife(labels: labels, positions: positions, deletedAt: number == 1 ? positions.last : nil)
        for ordinal in 0..<UInt32.random(in: 1...3, using: &random) {
            let reference = CredentialReference(position: Position(first), ordinal: ordinal)
            directory.add(keyID, Token(secret: "key \(number) \(ordinal)"), reference)
            references.append(reference)
        }
        if number == 2 { directory.add(keyID, unknown[2], CredentialReference(position: Position(first), ordinal: 9)) }
    }

    /// Adds charges that occurred in a stretch of seconds, recorded at most three days later.
    mutating func add(_ count: Int, seconds: Range<Int64>) {
        var recordedAt = charges.last?.recordedAt ?? Instant(nanoseconds: seconds.lowerBound * 1_000_000_000)
        let step = max(1, (seconds.upperBound - seconds.lowerBound) / Int64(count))
        for _ in 0..<count {
            recordedAt = recordedAt.adding(seconds: Int64.random(in: 0...2 * step, using: &random)) ?? recordedAt
            let position = Position((charges.last?.position.value ?? UInt64(keyIDs.count)) + 1)
            let second = Int64.random(in: seconds, using: &random)
            let isAdjustment = Int.random(in: 0..<12, using: &random) == 0
            let charge = charge(at: Instant(nanoseconds: second * 1_000_000_000 + 7), isAdjustment: isAdjustment)
            charges.append(Recorded(position: position, recordedAt: recordedAt, charge: charge, isAdjustment: isAdjustment))
        }
    }

    private mutating func charge(at moment: Instant, isAdjustment: Bool) -> Charge {
        var credential = ChargeCredential.unknown(unknown[Int.random(in: 0..<3, using: &random)])
        var revision: UInt64 = 0
        if Int.random(in: 0..<8, using: &random) > 0, let reference = references.randomElement(using: &random),
            let keyID = directory.credentials[reference]?.keyID, let count = directory.lives[keyID]?.labels.count
        {
            (credential, revision) = (.known(reference), UInt64.random(in: 1...UInt64(count), using: &random))
        }
        let amount = Int64.random(in: 0...2_000_000_000_000, using: &random)
        var charge = Charge(
            credential: credential, revision: revision, occurredAt: moment, amount: isAdjustment ? amount - 1_500_000_000_000 : amount)
        charge.model = name()
        charge.modelGroup = name()
        charge.provider = name()
        charge.endpoint = name()
        charge.mcpTool = name()
        charge.callType = name()
        charge.tags = (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in name() }
        charge.tokens.prompt = UInt64.random(in: 0...100, using: &random)
        charge.tokens.cacheRead = UInt64.random(in: 0...9, using: &random)
        charge.failed = Int.random(in: 0..<5, using: &random) == 0
        charge.durationMilliseconds = Bool.random(using: &random) ? UInt64.random(in: 0...90, using: &random) : nil
        charge.endUser = UInt64.random(in: 0...2, using: &random)
        if Int.random(in: 0..<6, using: &random) == 0 { charge.teamID = ["a", "team x", "Unassigned"].randomElement(using: &random) }
        if Int.random(in: 0..<6, using: &random) == 0 { charge.user = [1, 4].randomElement(using: &random) }
        return charge
    }

    private mutating func name() -> ChargeName? {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: nil
        case 1: .text(Bool.random(using: &random) ? "gpt" : "rare")
        default: .number(UInt32.random(in: 1...5, using: &random))
        }
    }

    /// What a segment holds of some of the charges; the first one holds the making of the keys too.
    func segment(_ charges: some Collection<Recorded>) throws -> SpendSegment {
        let isFirst = charges.first?.position == self.charges.first?.position
        var builder = SpendSegmentBuilder(after: isFirst ? .none : Position((charges.first?.position.value ?? 1) - 1))
        for (index, keyID) in keyIDs.enumerated() where isFirst { try builder.add(Self.created(keyID, at: Position(UInt64(index) + 1))) }
        for item in charges {
            try builder.add(
                position: item.position, recordedAt: item.recordedAt, charge: item.charge, keyID: keyID(item.charge),
                isAdjustment: item.isAdjustment)
        }
        return builder.sealed()
    }

    private func keyID(_ charge: Charge) -> KeyID? {
        guard case .known(let reference) = charge.credential else { return nil }
        return directory.credentials[reference]?.keyID
    }

    private static func created(_ keyID: KeyID, at position: Position) -> RecordedEvent {
        let link = KeyLink(keyID: keyID, revision: 1, previousPosition: .none, previousLeafHash: .zero)
        let event = KeyCreated(token: Token(secret: "\(keyID)"), terms: KeyTerms())
        return RecordedEvent(
            position: position, leafHash: .zero, envelope: Envelope(recordedAt: .distantPast, actor: .master, link: link),
            event: .keyCreated(event), slots: Slots())
    }
}
