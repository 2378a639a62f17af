import FoundationEssentials
import MerkleTree
import SwiftProtobuf

extension KeyTerms {
    package var message: Keyledger_V1_KeyTerms {
        var message = Keyledger_V1_KeyTerms()
        if let models { message.models = .with { $0.items = models } }
        if let expires { message.expiresAt = expires.bits }
        if let blocked { message.blocked = blocked }
        if let role { message.role = role.message }
        if let allowedRoutes { message.allowedRoutes = .with { $0.items = allowedRoutes } }
        if let maxBudget { message.maxBudget = .init(maxBudget.bigEndianBytes) }
        if let softBudget { message.softBudget = .init(softBudget.bigEndianBytes) }
        if let budgetWindow { message.budgetWindow = budgetWindow.message }
        if let budgetLimits { message.budgetLimits = .with { $0.items = budgetLimits.map(\.message) } }
        if let modelBudgets { message.modelBudgets = .with { $0.items = modelBudgets.map(\.message) } }
        if let tpmLimit { message.tpmLimit = tpmLimit }
        if let rpmLimit { message.rpmLimit = rpmLimit }
        if let tpdLimit { message.tpdLimit = tpdLimit }
        if let maxParallelRequests { message.maxParallelRequests = maxParallelRequests }
        if let teamID { message.teamID = teamID }
        if let organizationID { message.organizationID = organizationID }
        if let projectID { message.projectID = projectID }
        if let agentID { message.agentID = agentID }
        if let budgetID { message.budgetID = budgetID }
        if let subject { message.subject = subject }
        return message
    }

    package init(_ message: Keyledger_V1_KeyTerms) throws(SchemaError) {
        self.init()
        if message.hasModels { models = message.models.items }
        if message.hasExpiresAt { expires = Instant(bits: message.expiresAt) }
        if message.hasBlocked { blocked = message.blocked }
        if message.hasRole { role = try Role(message.role) }
        if message.hasAllowedRoutes { allowedRoutes = message.allowedRoutes.items }
        if message.hasMaxBudget { maxBudget = try Amount(stored: message.maxBudget) }
        if message.hasSoftBudget { softBudget = try Amount(stored: message.softBudget) }
        if message.hasBudgetWindow { budgetWindow = try BudgetWindow(message.budgetWindow) }
        if message.hasBudgetLimits { budgetLimits = try BudgetLimit.list(message.budgetLimits) }
        if message.hasModelBudgets { modelBudgets = try ModelBudget.list(message.modelBudgets) }
        if message.hasTpmLimit { tpmLimit = message.tpmLimit }
        if message.hasRpmLimit { rpmLimit = message.rpmLimit }
        if message.hasTpdLimit { tpdLimit = message.tpdLimit }
        if message.hasMaxParallelRequests { maxParallelRequests = message.maxParallelRequests }
        if message.hasTeamID { teamID = message.teamID }
        if message.hasOrganizationID { organizationID = message.organizationID }
        if message.hasProjectID { projectID = message.projectID }
        if message.hasAgentID { agentID = message.agentID }
        if message.hasBudgetID { budgetID = message.budgetID }
        if message.hasSubject { subject = message.subject }
    }
}

extension BudgetWindow {
    var message: Keyledger_V1_BudgetWindow {
        .with {
            $0.text = text
            $0.anchor = anchor.bits
            $0.unit = Keyledger_V1_BudgetUnit(rawValue: Int(unit.rawValue)) ?? .unspecified
            $0.count = UInt64(count)
            $0.zone = zone
        }
    }

    init(_ message: Keyledger_V1_BudgetWindow) throws(SchemaError) {
        guard let unit = UInt8(exactly: message.unit.rawValue).flatMap(Unit.init(rawValue:)),
            let window = BudgetWindow(
                text: message.text, zone: message.zone, anchor: Instant(bits: message.anchor), unit: unit,
                count: Int64(clamping: message.count))
        else { throw SchemaError(.unknownField, "a budget window is not known to this version. Upgrade keyledger.") }
        self = window
    }
}

extension BudgetLimit {
    var message: Keyledger_V1_BudgetLimit {
        .with {
            $0.window = window.message
            $0.maxBudget = .init(maxBudget.bigEndianBytes)
        }
    }

    static func list(_ message: Keyledger_V1_BudgetLimitList) throws(SchemaError) -> [BudgetLimit] {
        var items: [BudgetLimit] = []
        for item in message.items {
            items.append(BudgetLimit(window: try BudgetWindow(item.window), maxBudget: try Amount(stored: item.maxBudget)))
        }
        return items
    }
}

extension ModelBudget {
    var message: Keyledger_V1_ModelBudget {
        .with {
            $0.model = model
            $0.maxBudget = .init(maxBudget.bigEndianBytes)
            if let window { $0.window = window.message }
        }
    }

    static func list(_ message: Keyledger_V1_ModelBudgetList) throws(SchemaError) -> [ModelBudget] {
        var items: [ModelBudget] = []
        for item in message.items {
            items.append(
                ModelBudget(
                    model: item.model, maxBudget: try Amount(stored: item.maxBudget),
                    window: item.hasWindow ? try BudgetWindow(item.window) : nil))
        }
        return items
    }
}
