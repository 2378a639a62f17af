import LedgerSchema

/// The numbers of the names of one kind. The writer's alone.
struct NameNumbers {
    private var numbers = FlatMap<ByteText, UInt32>()
    private var next: UInt32 = 1
    /// Those of the batch that is being made.
    private var fresh = 0

    /// What a charge says for a name that was met before, or that gets no number.
    func known(_ name: ByteText) -> ChargeName? {
        if let number = numbers[name] { return .number(number) }
        if next > NameIntroduced.mostNumbers || name.text.utf8.count > PreparedCharge.longestNumberedName { return .text(name.text) }
        return nil
    }

    /// Gives a name the next number.
    mutating func introduce(_ name: ByteText) -> UInt32 {
        defer { next += 1 }
        numbers.put(name, next)
        fresh += 1
        return next
    }

    /// Takes a number that the log has given.
    mutating func take(_ name: String, number: UInt32) {
        numbers.put(ByteText(name), number)
        next = max(next, number + 1)
    }

    mutating func begin() { fresh = 0 }

    /// The batch was not committed.
    mutating func rollBack() {
        numbers.removeLast(fresh)
        next -= UInt32(fresh)
        fresh = 0
    }
}
