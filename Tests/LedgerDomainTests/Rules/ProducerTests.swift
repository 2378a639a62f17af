import LedgerDomain
import LedgerSchema
import RandomTestSupport
import Testing

/// Charges numbered by their producer: each number counts once (DESIGN: de-duplication).
@Suite struct ProducerTests {
    /// What comes from a producer, and what becomes of it.
    struct Step: Sendable {
        var number: UInt64
        var epoch: UInt32 = 0
        var skip = false
        var isRecorded = true
        var outcome: ProducerState.Outcome

        static func number(
            _ number: UInt64, epoch: UInt32 = 0, skip: Bool = false, _ outcome: ProducerState.Outcome = .accepted
        ) -> Step {
            Step(number: number, epoch: epoch, skip: skip, outcome: outcome)
        }

        /// A charge that is refused for another reason.
        static func refused(
            _ number: UInt64, epoch: UInt32 = 0, skip: Bool = false, _ outcome: ProducerState.Outcome = .accepted
        ) -> Step {
            Step(number: number, epoch: epoch, skip: skip, isRecorded: false, outcome: outcome)
        }
    }

    /// A rule: what comes, the lowest missing number afterwards, and that which the log alone tells.
    struct Rule: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: [Step]
        var next: UInt64
        var recorded: UInt64

        init(_ name: String, _ steps: [Step], next: UInt64, recorded: UInt64? = nil) {
            testDescription = name
            self.steps = steps
            self.next = next
            self.recorded = recorded ?? next
        }
    }

    static let rules: [Rule] = [
        Rule("one after the other", [.number(1), .number(2), .number(3)], next: 4),
        Rule("a repeated number is a duplicate", [.number(1), .number(1, .duplicate), .number(2), .number(1, .duplicate)], next: 3),
        Rule("a number ahead is remembered", [.number(2), .number(2, .duplicate), .number(4), .number(1), .number(3)], next: 5),
        Rule("0 and the last are no numbers", [.number(0, .outOfRange), .number(.max, skip: true, .outOfRange), .number(1)], next: 2),
        Rule("1,024 ahead is accepted", [.number(1_025), .number(1_025, .duplicate)], next: 1),
        Rule("1,025 ahead is refused with the number expected", [.number(1), .number(1_027, .tooFarAhead(expected: 2))], next: 2),
        Rule(
            "the missing number ends the gap", [.number(1_025), .number(1_026, .tooFarAhead(expected: 1)), .number(1), .number(1_026)],
            next: 2),
        Rule(
            "a skip ends the gap", [.number(1), .number(5_000, .tooFarAhead(expected: 2)), .number(5_000, skip: true), .number(5_001)],
            next: 5_002),
        Rule("what is skipped is a duplicate when it comes late", [.number(9, skip: true), .number(8, .duplicate)], next: 10),
        Rule("a skip keeps what is ahead of it", [.number(7), .number(12), .number(6, skip: true), .number(12, .duplicate)], next: 8),
        Rule("a skip without a gap changes nothing more", [.number(1, skip: true), .number(2)], next: 3),
        Rule("a skip to a number that has come is a duplicate", [.number(3), .number(3, skip: true, .duplicate)], next: 1),
        Rule("a new epoch begins anew", [.number(1), .number(2), .number(1, epoch: 1), .number(2, epoch: 1)], next: 3),
        Rule("a new epoch ends the gap", [.number(1_025), .number(1, epoch: 7)], next: 2),
        Rule(
            "an old epoch is refused", [.number(1, epoch: 3), .number(2, epoch: 2, .oldEpoch(current: 3)), .number(2, epoch: 3)],
            next: 3),
        Rule("a producer may begin with any epoch", [.number(1, epoch: 9), .number(1, epoch: 9, .duplicate)], next: 2),
        Rule(
            "a refused beginning of an epoch leaves the one before",
            [.number(1), .number(2_000, epoch: 1, .tooFarAhead(expected: 1)), .number(2)], next: 3),
        Rule("a refused charge uses up its number", [.number(1), .refused(2), .number(2, .duplicate), .number(3)], next: 4),
        Rule("the log tells of it with the next charge", [.number(1), .refused(2)], next: 3, recorded: 2),
        Rule("a refused charge fills a gap", [.number(2), .refused(1), .number(3)], next: 4),
        Rule("a refused charge ahead of a gap is told of behind it", [.refused(2), .number(3)], next: 1),
        Rule("… once the gap is filled", [.refused(2), .number(3), .number(1), .number(4)], next: 5),
        Rule(
            "refused charges do not use up the window",
            (1...3_000).map { $0.isMultiple(of: 3) ? .number($0) : .refused($0) } + [.number(1, .duplicate)], next: 3_001),
        Rule("a refused charge beyond the window changes nothing", [.refused(1_026, .tooFarAhead(expected: 1))], next: 1),
        Rule("a refused skip skips", [.refused(2_000, skip: true), .number(2_001)], next: 2_002),
        Rule("the last number", [.number(.max - 1, skip: true), .number(.max - 1, .duplicate), .number(.max, .outOfRange)], next: .max),
    ]

    @Test(arguments: rules)
    func `a producer's number is taken once`(_ rule: Rule) {
        var state = ProducerState(epoch: rule.steps[0].epoch)
        var log: ProducerState?
        for step in rule.steps {
            let before = state
            let outcome = state.accept(step.number, epoch: step.epoch, skip: step.skip, isRecorded: step.isRecorded)
            #expect(outcome == step.outcome, "\(step)")
            guard outcome == .accepted else {
                #expect(state == before)
                continue
            }
            if step.isRecorded { Self.record(step.number, step.epoch, &state, &log) }
        }
        #expect(state.next == rule.next)
        #expect(log?.next ?? 1 == rule.recorded)
    }

    private static func record(_ number: UInt64, _ epoch: UInt32, _ state: inout ProducerState, _ log: inout ProducerState?) {
        let sequence = ProducerSequence(producer: "p", epoch: epoch, number: number, floor: state.floor())
        var next = log ?? ProducerState(epoch: epoch)
        next.fold(sequence)
        log = next
    }

    /// What the state says, told with a set of numbers.
    struct Model {
        var epoch: UInt32 = 0
        var taken: Set<UInt64> = []
        var next: UInt64 = 1

        mutating func accept(_ number: UInt64, _ epoch: UInt32, _ skip: Bool) -> ProducerState.Outcome {
            if epoch < self.epoch { return .oldEpoch(current: self.epoch) }
            var model = epoch > self.epoch ? Model(epoch: epoch) : self
            if model.taken.contains(number) || number < model.next { return .duplicate }
            if !skip, number > model.next + 1_024 { return .tooFarAhead(expected: model.next) }
            if skip { model.next = number }
            model.taken.insert(number)
            while model.taken.contains(model.next) { model.next += 1 }
            self = model
            return .accepted
        }
    }

    @Test(arguments: UInt64(0)..<40)
    func `random numbers are taken as a set of them says, and the log tells what was recorded`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (state, model, log) = (ProducerState(epoch: 0), Model(), ProducerState?.none)
        let reach = [UInt64(3), 20, 1_100, 3_000][Int(seed % 4)]
        var taken = 0
        for _ in 0..<4_000 {
            let low = state.next > 8 ? state.next - 8 : 1
            let number = UInt64.random(in: low...state.next + reach, using: &random)
            let epoch = state.epoch + (UInt16.random(in: 0..<500, using: &random) == 0 ? 1 : 0)
            let (skip, isRecorded) = (UInt8.random(in: 0..<200, using: &random) == 0, UInt8.random(in: 0..<4, using: &random) > 0)
            let outcome = state.accept(number, epoch: epoch, skip: skip, isRecorded: isRecorded)
            #expect(outcome == model.accept(number, epoch, skip), "seed \(seed)")
            #expect(state.next == model.next && state.ahead.count <= 128 && state.ahead.last != 0)
            if outcome == .accepted, isRecorded { Self.record(number, epoch, &state, &log) }
            taken += outcome == .accepted ? 1 : 0
            guard let log, log.epoch == state.epoch else { continue }
            // The log never gives up more than was given up, and says all of it with each charge.
            #expect(log.next <= state.next)
            if outcome == .accepted, isRecorded { #expect(log.next == state.next) }
        }
        #expect(taken > 500, "seed \(seed)")
    }

    @Test func `a restart forgets what was used up behind the last charge, and takes it again`() {
        var state = ProducerState(epoch: 0)
        var log: ProducerState?
        for number in UInt64(1)...3 where state.accept(number, epoch: 0) == .accepted { Self.record(number, 0, &state, &log) }
        #expect(state.accept(4, epoch: 0, isRecorded: false) == .accepted)
        var restarted = log ?? state
        #expect(restarted.accept(5, epoch: 0) == .accepted)
        Self.record(5, 0, &restarted, &log)
        #expect(restarted.next == 4)
        #expect(restarted.accept(4, epoch: 0, isRecorded: false) == .accepted)
        #expect(restarted.accept(6, epoch: 0) == .accepted)
        Self.record(6, 0, &restarted, &log)
        #expect(log?.next == 7)
    }

    @Test func `a log of any numbers can be folded`() {
        var random = SplitMix64(seed: 5)
        let numbers: [UInt64] = [0, 1, 2, 63, 1_024, 1_025, 1_026, 1 << 40, .max - 1, .max]
        for _ in 0..<2_000 {
            var state = ProducerState(epoch: 1)
            for _ in 0..<20 {
                let number = numbers.randomElement(using: &random) ?? 0
                let floor = numbers.randomElement(using: &random) ?? 0
                state.fold(
                    ProducerSequence(producer: "p", epoch: .random(in: 0...2, using: &random), number: number, floor: floor))
                #expect(state.ahead.count <= 128 && state.ahead.last != 0)
            }
        }
    }
}
