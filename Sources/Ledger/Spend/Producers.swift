import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

/// Which numbers of which producers have come. The writer's alone: it knows the numbers that refused charges have used up before the log
/// does.
struct Producers {
    private static let most = 10_000

    private struct Entry {
        var state: ProducerState
        /// As it was before the batch that is being made, if that has charges of the producer.
        var before: ProducerState?
    }

    private var entries = FlatMap<ByteText, Entry>()
    /// The producers of the batch that is being made.
    private var touched: [Int] = []

    mutating func begin() {
        for number in touched { entries[number: number].before = nil }
        touched.removeAll(keepingCapacity: true)
        if entries.count > Self.most { entries.removeAll() }
    }

    /// The batch was not committed.
    mutating func rollBack() {
        for number in touched {
            if let before = entries[number: number].before { entries[number: number].state = before }
        }
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
        let known = entries.number(of: name)
        var state: ProducerState
        if let known {
            state = entries[number: known].state
        } else {
            state = try queries.keys.producer(sequence.producer, in: &transaction) ?? ProducerState(epoch: sequence.epoch)
        }
        let old = state
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
        let number = known ?? entries.count
        if known == nil { entries.put(name, Entry(state: old)) }
        if entries[number: number].before == nil {
            entries[number: number].before = old
            touched.append(number)
        }
        entries[number: number].state = state
        return .success(accepted)
    }

    struct Refusal: Error {
        let outcome: ChargeOutcome

        init(_ outcome: ChargeOutcome) { self.outcome = outcome }
    }
}
