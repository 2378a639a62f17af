import LedgerSchema
import MerkleTree

extension Draw {
    mutating func terms() -> KeyTerms {
        var terms = KeyTerms()
        terms.models = maybe { draw in draw.list { $0.word() } }
        terms.expires = maybe { $0.time() }
        terms.blocked = maybe { $0.flag() }
        terms.role = maybe { $0.pick(Role.allCases) }
        terms.allowedRoutes = maybe { draw in draw.list { $0.text() } }
        terms.maxBudget = maybe { $0.amount() }
        terms.softBudget = maybe { $0.amount() }
        terms.budgetWindow = maybe { $0.window() }
        terms.budgetLimits = maybe { draw in draw.list { BudgetLimit(window: $0.window(), maxBudget: $0.amount()) } }
        terms.modelBudgets = maybe { draw in
            draw.list { draw in ModelBudget(model: draw.text(), maxBudget: draw.amount(), window: draw.maybe { $0.window() }) }
        }
        terms.tpmLimit = maybe { $0.signed() }
        terms.rpmLimit = maybe { $0.signed() }
        terms.tpdLimit = maybe { $0.signed() }
        terms.maxParallelRequests = maybe { $0.signed() }
        terms.teamID = maybe { $0.text() }
        terms.organizationID = maybe { $0.text() }
        terms.projectID = maybe { $0.text() }
        terms.agentID = maybe { $0.text() }
        terms.budgetID = maybe { $0.text() }
        terms.subject = maybe { $0.number() }
        return terms
    }

    /// What a test of the events of LiteLLM's calendar periods would store.
    mutating func window() -> BudgetWindow {
        let periods: [(text: String, unit: BudgetWindow.Unit, count: Int64)] = [
            ("1h", .seconds, 3_600), ("2d", .days, 2), ("1mo", .months, 1),
        ]
        let period = pick(periods)
        let anchor = Instant(nanoseconds: 1_795_219_200_000_000_000)
        guard let window = BudgetWindow(text: period.text, anchor: anchor, unit: period.unit, count: period.count) else {
            fatalError("the periods above are good ones")
        }
        return window
    }

    mutating func fields() -> [KeyField] {
        let fields = Set(list(upTo: 6) { $0.pick(KeyField.allCases) })
        return fields.sorted { $0.rawValue < $1.rawValue }
    }

    mutating func imported() -> KeyImported {
        KeyImported(
            token: token(), terms: terms(), originSystem: maybe { _ in "litellm" } ?? "", originID: maybe { $0.word() } ?? "",
            effectiveFrom: maybe { $0.time() },
            credentials: list { draw in
                KeyImported.Credential(token: draw.token(), revokeAt: draw.maybe { $0.time() }, introducedAt: draw.maybe { $0.time() })
            })
    }
}
