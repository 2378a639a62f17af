public import LedgerSchema

/// Which numbers of a producer's charges have come, so that each counts once without an index of ids.
///
/// Numbers begin with 1 in each epoch, and one that comes twice is a duplicate. Up to ``window`` numbers may be ahead of the lowest
/// that is missing; one farther ahead is refused until the missing one comes, the producer skips it, or an epoch begins.
///
/// A refused charge uses up its number and appends nothing. So the state here can know more than the log; the next charge that is
/// recorded carries it there (``floor``). After a restart before that the number is missing again: sent again it is refused again,
/// and used up again.
public struct ProducerState: Hashable, Sendable {
    /// How far ahead of the lowest missing number others are accepted.
    public static let window: UInt64 = 1_024
    public static let firstNumber: UInt64 = 1
    public static let lastNumber = UInt64.max - 1

    public enum Outcome: Hashable, Sendable {
        case accepted
        /// The number has come before, or was given up.
        case duplicate
        /// Not taken: `expected` is the lowest number that is missing.
        case tooFarAhead(expected: UInt64)
        /// Not taken: a later epoch has begun.
        case oldEpoch(current: UInt32)
        /// Not taken: numbers are 1 … 2⁶⁴ − 2.
        case outOfRange
    }

    public private(set) var epoch: UInt32
    /// The lowest number that is missing.
    public private(set) var next: UInt64
    /// Bit i, the least significant of a byte first, says that number `next` + 1 + i has come; no zero byte at the end.
    public private(set) var ahead: [UInt8]
    /// The log does not yet say everything that the state knows.
    private var isUnrecorded = false

    /// Before the first number of an epoch.
    public init(epoch: UInt32) { self.init(epoch: epoch, next: Self.firstNumber, ahead: []) }

    public init(epoch: UInt32, next: UInt64, ahead: [UInt8]) {
        self.epoch = epoch
        self.next = next
        self.ahead = ahead
    }

    /// Takes a number.
    ///
    /// - Parameter skip: the producer gives up every lower number that has not come.
    /// - Parameter isRecorded: the charge will be in the log; a refused one only uses up its number.
    /// - Returns: `accepted`, or why nothing has changed.
    public mutating func accept(_ number: UInt64, epoch: UInt32, skip: Bool = false, isRecorded: Bool = true) -> Outcome {
        guard Self.firstNumber...Self.lastNumber ~= number else { return .outOfRange }
        guard epoch >= self.epoch else { return .oldEpoch(current: self.epoch) }
        var state = epoch == self.epoch ? self : ProducerState(epoch: epoch)
        if state.has(number) { return .duplicate }
        guard skip || number - state.next <= Self.window else { return .tooFarAhead(expected: state.next) }
        if skip { state.giveUp(below: number) }
        state.mark(number)
        state.isUnrecorded = state.isUnrecorded || skip || !isRecorded
        self = state
        return .accepted
    }

    /// The `producer_floor` of the charge that was just accepted: call it once for each that goes to the log.
    public mutating func floor() -> UInt64 {
        guard isUnrecorded else { return 0 }
        // What was used up beyond the lowest missing number can be told only once that has come.
        isUnrecorded = !ahead.isEmpty
        return next
    }

    /// Takes what a recorded charge says. The log is followed whatever it holds: a number beyond the window gives up those before it.
    public mutating func fold(_ sequence: ProducerSequence) {
        guard Self.firstNumber...Self.lastNumber ~= sequence.number, sequence.epoch >= epoch else { return }
        if sequence.epoch > epoch { self = ProducerState(epoch: sequence.epoch) }
        giveUp(below: min(sequence.floor, Self.lastNumber))
        guard !has(sequence.number) else { return }
        if sequence.number - next > Self.window { giveUp(below: sequence.number) }
        mark(sequence.number)
    }
}

extension ProducerState {
    private func has(_ number: UInt64) -> Bool {
        guard number >= next else { return true }
        guard number > next else { return false }
        return isSet(number - next - 1)
    }

    private func isSet(_ bit: UInt64) -> Bool {
        bit < UInt64(ahead.count) * 8 && ahead[Int(bit / 8)] & 1 << UInt8(bit % 8) != 0
    }

    /// - Precondition: the number is missing, and at most `window` ahead.
    private mutating func mark(_ number: UInt64) {
        if number == next { return advance(to: next + 1) }
        let bit = Int(number - next - 1)
        while ahead.count <= bit / 8 { ahead.append(0) }
        ahead[bit / 8] |= 1 << UInt8(bit % 8)
    }

    private mutating func giveUp(below floor: UInt64) {
        if floor > next { advance(to: floor) }
    }

    /// Nothing below `number` is missing any more; nor is what has come from there on without a gap.
    private mutating func advance(to number: UInt64) {
        var count = number - next
        while isSet(count - 1) { count += 1 }
        next += count
        drop(count)
    }

    private mutating func drop(_ bits: UInt64) {
        let (bytes, shift) = (bits / 8, UInt8(bits % 8))
        guard bytes < UInt64(ahead.count) else { return ahead = [] }
        ahead.removeFirst(Int(bytes))
        if shift > 0 {
            for index in ahead.indices {
                let upper = index + 1 < ahead.count ? ahead[index + 1] << (8 - shift) : 0
                ahead[index] = ahead[index] >> shift | upper
            }
        }
        while ahead.last == 0 { ahead.removeLast() }
    }
}
