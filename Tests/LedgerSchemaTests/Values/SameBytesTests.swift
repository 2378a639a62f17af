import LedgerSchema
import Testing

/// Two texts that differ in bytes are different wherever the ledger compares them, though String's own `==` takes some for equal.
struct SameBytesTests {
    /// Canonically equivalent, and not the same bytes.
    static let alike = [
        ("caf\u{e9}", "cafe\u{301}"), ("\u{212b}", "\u{c5}"), ("\u{1e69}", "s\u{323}\u{307}"), ("\u{ac00}", "\u{1100}\u{1161}"),
        ("\u{37e}", ";"),
    ]

    @Test(arguments: alike) func `slots differ where their bytes do`(_ pair: (String, String)) {
        let (a, b) = pair
        #expect(a == b, "or the test shows nothing")
        let identities: [WritableKeyPath<IdentitySlot, String?>] = [\.alias, \.keyName, \.email, \.name]
        for path in identities { expectDifference(IdentitySlot(), path, a, b) }
        let origins: [WritableKeyPath<OriginSlot, String?>] = [\.ip, \.userAgent]
        for path in origins { expectDifference(OriginSlot(), path, a, b) }
        let notes: [WritableKeyPath<NoteSlot, String?>] = [\.reason, \.changeRef, \.onBehalfOf, \.actorName]
        for path in notes { expectDifference(NoteSlot(), path, a, b) }
        #expect(ContentField(name: a, json: "1") != ContentField(name: b, json: "1"))
        #expect(ContentField(name: "x", json: "\"\(a)\"") != ContentField(name: "x", json: "\"\(b)\""))
    }

    @Test(arguments: alike) func `terms differ where their bytes do, and an event carries the difference`(_ pair: (String, String)) {
        let (a, b) = pair
        let texts: [WritableKeyPath<KeyTerms, String?>] = [\.teamID, \.organizationID, \.projectID, \.agentID, \.budgetID]
        for path in texts { expectDifference(KeyTerms(), path, a, b) }
        let lists: [WritableKeyPath<KeyTerms, [String]?>] = [\.models, \.allowedRoutes]
        for path in lists { expectDifference(KeyTerms(), path, ["x", a], ["x", b]) }
        func budget(_ model: String) -> [ModelBudget] { [ModelBudget(model: model, maxBudget: .zero, window: nil)] }
        expectDifference(KeyTerms(), \.modelBudgets, budget(a), budget(b))
        func limit(_ text: String) -> [BudgetLimit] {
            BudgetWindow(text: text, anchor: .epoch, unit: .days, count: 1).map { [BudgetLimit(window: $0, maxBudget: .zero)] } ?? []
        }
        expectDifference(KeyTerms(), \.budgetLimits, limit(a), limit(b))
        for (old, new) in [(a, b), (b, a)] {
            var (before, after) = (KeyTerms(), KeyTerms())
            (before.teamID, after.teamID) = (old, new)
            #expect(Array(before.difference(after, clearing: []).changes.teamID?.utf8 ?? "".utf8) == Array(new.utf8))
        }
    }

    @Test func `content fields with names that look alike live side by side`() {
        var content = ContentSlot(fields: [ContentField(name: "caf\u{e9}", json: "1")])
        content.apply([("cafe\u{301}", "2"), ("new", "3")])
        #expect(content["caf\u{e9}"] == "1" && content["cafe\u{301}"] == "2")
        content.apply([("caf\u{e9}", nil), ("new", "4"), ("none", nil)])
        #expect(content == ContentSlot(fields: [ContentField(name: "cafe\u{301}", json: "2"), ContentField(name: "new", json: "4")]))
    }

    private func expectDifference<Whole: Hashable, Value>(
        _ whole: Whole, _ path: WritableKeyPath<Whole, Value?>, _ a: Value, _ b: Value, location: SourceLocation = #_sourceLocation
    ) {
        var (first, second) = (whole, whole)
        (first[keyPath: path], second[keyPath: path]) = (a, b)
        #expect(first != second, "\(path)", sourceLocation: location)
        #expect(first != whole && whole != first, sourceLocation: location)
        second[keyPath: path] = a
        #expect(first == second && first.hashValue == second.hashValue, sourceLocation: location)
    }
}
