import LedgerDomain
import LedgerSchema
import Testing

/// Status of a credential, DESIGN.md section 7: the first reason that holds is the answer.
@Suite struct StatusTests {
    /// Everything that can be wrong at second 100, in the order in which it is told.
    enum Wrong: CaseIterable {
        case notYetCreated, beforeLedger, deleted, ended, blocked, expired, budgetExceeded, superseded
    }

    struct Case {
        var wrong: Set<Wrong>
        var end: CredentialState.End

        var window: CredentialWindow {
            CredentialWindow(
                introducedAt: second(wrong.contains(.notYetCreated) ? 101 : 10),
                importedAt: wrong.contains(.beforeLedger) ? second(101) : nil,
                revokeAt: wrong.contains(.ended) ? second(100) : nil, end: wrong.contains(.ended) ? end : .none,
                isSuperseded: wrong.contains(.superseded))
        }

        var gate: KeyGate {
            KeyGate(
                deletedAt: wrong.contains(.deleted) ? second(100) : nil, isBlocked: wrong.contains(.blocked),
                expires: wrong.contains(.expired) ? second(100) : nil)
        }

        var expected: CredentialStatus {
            let names: [Wrong: CredentialStatus] = [
                .notYetCreated: .notYetCreated, .beforeLedger: .beforeLedger, .deleted: .deleted,
                .ended: end == .grace ? .graceEnded : .revoked,
                .blocked: .blocked, .expired: .expired, .budgetExceeded: .budgetExceeded, .superseded: .deprecated,
            ]
            return Wrong.allCases.first(where: wrong.contains).flatMap { names[$0] } ?? .active
        }
    }

    static let cases: [Case] = (0..<256).flatMap { bits -> [Case] in
        let wrong = Set(Wrong.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
        return [CredentialState.End.grace, .revocation].map { Case(wrong: wrong, end: $0) }
    }

    @Test func `of all 512 combinations each tells its first reason`() {
        for item in Self.cases {
            let status = status(of: item.window, in: item.gate, at: second(100), budgetExceeded: item.wrong.contains(.budgetExceeded))
            #expect(status == item.expected, "\(item.wrong)")
        }
    }

    @Test func `only active and deprecated are good`() {
        #expect(CredentialStatus.allCases.filter(\.isGood) == [.deprecated, .active])
    }

    @Test func `windows are half open at every edge`() {
        let end = second(100)
        let last = Instant(nanoseconds: end.nanoseconds - 1)
        let open = KeyGate(deletedAt: nil, isBlocked: false, expires: nil)
        let whole = CredentialWindow(introducedAt: second(10), importedAt: nil, revokeAt: nil, end: .none, isSuperseded: false)
        var revoked = whole
        (revoked.revokeAt, revoked.end) = (end, .revocation)
        let edges: [(CredentialWindow, KeyGate, CredentialStatus)] = [
            (revoked, open, .revoked), (whole, KeyGate(deletedAt: nil, isBlocked: false, expires: end), .expired),
            (whole, KeyGate(deletedAt: end, isBlocked: false, expires: nil), .deleted),
        ]
        for (window, gate, after) in edges {
            #expect(status(of: window, in: gate, at: last, budgetExceeded: false) == .active)
            #expect(status(of: window, in: gate, at: end, budgetExceeded: false) == after)
        }
        #expect(status(of: whole, in: open, at: second(10), budgetExceeded: false) == .active)
        #expect(status(of: whole, in: open, at: Instant(nanoseconds: second(10).nanoseconds - 1), budgetExceeded: false) == .notYetCreated)
    }

    @Test func `a key's own status has LiteLLM's words`() {
        let gates: [(KeyGate, KeyStatus)] = [
            (KeyGate(deletedAt: nil, isBlocked: false, expires: nil), .active),
            (KeyGate(deletedAt: nil, isBlocked: false, expires: second(5)), .expired),
            (KeyGate(deletedAt: nil, isBlocked: true, expires: second(5)), .revoked),
            (KeyGate(deletedAt: second(5), isBlocked: true, expires: second(5)), .deleted),
        ]
        for (gate, status) in gates { #expect(gate.status(at: second(5)) == status) }
        #expect(gates[1].0.status(at: second(4)) == .active)
    }
}
