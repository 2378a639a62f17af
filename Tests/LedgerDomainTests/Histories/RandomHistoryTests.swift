import LedgerDomain
import LedgerSchema
import MerkleTree
import Testing

/// Random lives of a few keys, decided and folded by the ledger and told again by ``FactModel``. A failure names the seed, which
/// plays the same history again.
@Suite struct RandomHistoryTests {
    static let steps = 80

    /// A history and what the model made of it.
    struct Played {
        var log = TestLog()
        var model = FactModel()
        var done = 0
        var unchanged = 0
        var refused: [Rejection.Code: Int] = [:]
    }

    @Test(arguments: UInt64(1)...60)
    func `every decision and every status is the model's`(seed: UInt64) throws {
        let played = try play(seed)
        try checkStatuses(played)
        checkChains(played.log)
    }

    @Test func `the histories meet every refusal, no-op and kind of event`() throws {
        var (codes, types, unchanged) = (Set<Rejection.Code>(), Set<EventType>(), 0)
        for seed in UInt64(1)...20 {
            let played = try play(seed)
            codes.formUnion(played.refused.keys)
            types.formUnion(played.log.events.map(\.event.type))
            unchanged += played.unchanged
        }
        #expect(codes.symmetricDifference(Rejection.Code.allCases) == [.tooLarge])
        #expect(types == Set(EventType.allCases.filter(\.isLifecycle) + [.spendReset]))
        #expect(unchanged > 0)
    }

    private func play(_ seed: UInt64) throws -> Played {
        var (played, maker, moment) = (Played(), CommandMaker(seed: seed), second(0))
        for step in 0..<Self.steps {
            moment = maker.step(from: moment, edges: played.model.edges.sorted())
            if step % 20 == 0 {
                let (draft, facts) = maker.imported(at: moment)
                try played.log.append(draft, at: moment)
                if let key = draft.keyID { played.model.learn(key, at: moment, facts) }
            } else {
                try decide(maker.command(about: played.model), maker.caller(), moment, &played)
            }
        }
        return played
    }

    private func decide(_ command: KeyCommand, _ caller: Facts.Caller, _ moment: Instant, _ played: inout Played) throws {
        let (facts, before) = (played.log.facts(for: command, caller: caller), played.log)
        let objections = played.model.objections(to: command, at: moment, caller: caller)
        do {
            let drafts = try LedgerDomain.decide(command, given: facts, at: moment)
            let again = try LedgerDomain.decide(command, given: facts, at: moment)
            #expect(drafts == again, "decide is deterministic")
            #expect(objections.isEmpty, "\(command) at \(moment)")
            #expect(drafts.map(\.event.type) == played.model.obey(command, at: moment), "\(command) at \(moment)")
            for draft in drafts { try played.log.append(draft, at: moment) }
            if drafts.isEmpty { played.unchanged += 1 } else { played.done += 1 }
        } catch let rejection as Rejection {
            #expect(rejection.code == objections.min(), "\(command) at \(moment)")
            #expect(played.log.head == before.head)
            played.refused[rejection.code, default: 0] += 1
        }
        for (token, old) in before.credentials {
            let new = try #require(played.log.credentials[token])
            #expect(new.revokeAt ?? .distantFuture <= old.revokeAt ?? .distantFuture, "an end moves only earlier")
            #expect((new.reference, new.introducedAt, new.keyID) == (old.reference, old.introducedAt, old.keyID))
        }
    }

    /// Asks about every credential at every edge and a nanosecond to either side, as of that time.
    private func checkStatuses(_ played: Played) throws {
        let moments = Set(played.model.edges.flatMap { edge in (-1...1).map { Instant(nanoseconds: edge.nanoseconds + $0) } }).sorted()
        let biographies = (played.model.tokens + [token("never made")]).map(played.model.biography)
        var (past, next) = (TestLog(), 0)
        for moment in moments {
            while next < played.log.events.count, played.log.events[next].recordedAt <= moment {
                try past.fold(played.log.events[next])
                next += 1
            }
            for biography in biographies {
                let status = past.status(biography.token, at: moment, head: played.log)
                let expected = biography.status(at: moment)
                if status != expected { Issue.record("\(biography.token) at \(moment) is \(status), by the model \(expected)") }
            }
        }
    }

    /// Revisions, links and positions, read from the events alone.
    private func checkChains(_ log: TestLog) {
        var last: [KeyID: RecordedEvent] = [:]
        for (index, event) in log.events.enumerated() {
            #expect(event.position == Position(UInt64(index) + 1))
            guard let link = event.envelope.link else { continue }
            let before = last.updateValue(event, forKey: link.keyID)
            #expect(link.revision == (before?.revision ?? 0) + 1)
            #expect(link.previousPosition == before?.position ?? .none)
            #expect(link.previousLeafHash == before?.leafHash ?? .zero)
            #expect(before?.event.type != .keyDeleted)
        }
    }
}
