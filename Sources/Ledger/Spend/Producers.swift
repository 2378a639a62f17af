import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

/// Which numbers of which producers have come. The writer's alone: it knows the numbers that refused charges have used up before the log
/// does.
struct Producers {
    private static let most = 10_000

    private var states: [ByteText: ProducerState] = [:]
    /// As they were before the batch that is being made.
    private var before: [ByteText: ProducerState] = [:]

    mutating func begin() {
        before.removeAll(keepingCapacity: true)
        if states.count > Self.most { states = [:] }
    }

    /// The batch was not committed.
    mutating func rollBack() {
        states.merge(before) { $1 }
        before = [:]
    }

    /// Takes the number of a charge.
    ///
    /// - Parameter isRecorded: the charge goes to the log; a refused one only uses its number up.
    /// - Returns: the sequence as the charge stores it, or why the number is not taken.
    mutating func accept(
        _ sequence: ProducerSequence, skipsMissing: Bool, isRecorded: Bool, _ queries: KeyQueries,
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Result<ProducerSequence, Refusal> {
        let name = ByteText(sequence.producer)
        let old = try states[name] ?? queries.keys.producer(sequence.producer, in: &transaction) ?? ProducerState(epoch: sequence.epoch)
        var state = old
        switch state.accept(sequence.number, epoch: sequence.epoch, skip: skipsMissing, isRecorded: isRecorded) {
        case .accepted: break
        case .duplicate: return .failure(Refusal(.duplicate(nil)))
        case .tooFarAhead(let expected):
            return .failure(
                Refusal(.rejected("sequence_gap", "Number \(expected) of this producer is missing. Send it, or skip what is missing.")))
        case .oldEpoch(let current):
            return .failure(Refusal(.rejected("epoch_ended", "This producer's epoch is \(current) by now. Number the charge in it.")))
        case .outOfRange:
            return .failure(
                Refusal(.rejected("sequence_out_of_range", "Numbers of a producer are 1 to \(ProducerState.lastNumber).")))
        }
        var accepted = sequence
        if isRecorded { accepted.floor = state.floor() }
        if before[name] == nil { before[name] = old }
        states[name] = state
        return .success(accepted)
    }

    struct Refusal: Error {
        let outcome: ChargeOutcome

        init(_ outcome: ChargeOutcome) { self.outcome = outcome }
    }
}
