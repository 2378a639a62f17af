// Each list below names every term once; a test walks all of `KeyField` through them, so that none can be forgotten.

extension KeyTerms {
    /// Takes over every value that `changes` sets and drops every field that `cleared` names.
    public mutating func apply(_ changes: KeyTerms, clearing cleared: [KeyField] = []) {
        models = changes.models ?? models
        expires = changes.expires ?? expires
        blocked = changes.blocked ?? blocked
        role = changes.role ?? role
        allowedRoutes = changes.allowedRoutes ?? allowedRoutes
        maxBudget = changes.maxBudget ?? maxBudget
        softBudget = changes.softBudget ?? softBudget
        budgetWindow = changes.budgetWindow ?? budgetWindow
        budgetLimits = changes.budgetLimits ?? budgetLimits
        modelBudgets = changes.modelBudgets ?? modelBudgets
        tpmLimit = changes.tpmLimit ?? tpmLimit
        rpmLimit = changes.rpmLimit ?? rpmLimit
        tpdLimit = changes.tpdLimit ?? tpdLimit
        maxParallelRequests = changes.maxParallelRequests ?? maxParallelRequests
        teamID = changes.teamID ?? teamID
        organizationID = changes.organizationID ?? organizationID
        projectID = changes.projectID ?? projectID
        agentID = changes.agentID ?? agentID
        budgetID = changes.budgetID ?? budgetID
        subject = changes.subject ?? subject
        for field in cleared { clear(field) }
    }

    /// Takes a term away.
    public mutating func clear(_ field: KeyField) {
        switch field {
        case .models: models = nil
        case .expires: expires = nil
        case .blocked: blocked = nil
        case .role: role = nil
        case .allowedRoutes: allowedRoutes = nil
        case .maxBudget: maxBudget = nil
        case .softBudget: softBudget = nil
        case .budgetWindow: budgetWindow = nil
        case .budgetLimits: budgetLimits = nil
        case .modelBudgets: modelBudgets = nil
        case .tpmLimit: tpmLimit = nil
        case .rpmLimit: rpmLimit = nil
        case .tpdLimit: tpdLimit = nil
        case .maxParallelRequests: maxParallelRequests = nil
        case .teamID: teamID = nil
        case .organizationID: organizationID = nil
        case .projectID: projectID = nil
        case .agentID: agentID = nil
        case .budgetID: budgetID = nil
        case .subject: subject = nil
        }
    }

    /// Whether a term has a value.
    public func isSet(_ field: KeyField) -> Bool {
        switch field {
        case .models: models != nil
        case .expires: expires != nil
        case .blocked: blocked != nil
        case .role: role != nil
        case .allowedRoutes: allowedRoutes != nil
        case .maxBudget: maxBudget != nil
        case .softBudget: softBudget != nil
        case .budgetWindow: budgetWindow != nil
        case .budgetLimits: budgetLimits != nil
        case .modelBudgets: modelBudgets != nil
        case .tpmLimit: tpmLimit != nil
        case .rpmLimit: rpmLimit != nil
        case .tpdLimit: tpdLimit != nil
        case .maxParallelRequests: maxParallelRequests != nil
        case .teamID: teamID != nil
        case .organizationID: organizationID != nil
        case .projectID: projectID != nil
        case .agentID: agentID != nil
        case .budgetID: budgetID != nil
        case .subject: subject != nil
        }
    }

    /// What of `changes` differs from these terms, and which of `cleared` is set here: what an event has to carry.
    ///
    /// A field that is both set and cleared is set. The cleared fields come in ascending order, each once.
    public func difference(_ changes: KeyTerms, clearing cleared: [KeyField]) -> (changes: KeyTerms, cleared: [KeyField]) {
        let news = changes.without(equalsOf: self)
        return (news, KeyField.allCases.filter { cleared.contains($0) && isSet($0) && !changes.isSet($0) })
    }

    func without(equalsOf old: KeyTerms) -> KeyTerms {
        var new = self
        if models.hasSameBytes(as: old.models) { new.models = nil }
        if expires == old.expires { new.expires = nil }
        if blocked == old.blocked { new.blocked = nil }
        if role == old.role { new.role = nil }
        if allowedRoutes.hasSameBytes(as: old.allowedRoutes) { new.allowedRoutes = nil }
        if maxBudget == old.maxBudget { new.maxBudget = nil }
        if softBudget == old.softBudget { new.softBudget = nil }
        if budgetWindow == old.budgetWindow { new.budgetWindow = nil }
        if budgetLimits == old.budgetLimits { new.budgetLimits = nil }
        if modelBudgets == old.modelBudgets { new.modelBudgets = nil }
        if tpmLimit == old.tpmLimit { new.tpmLimit = nil }
        if rpmLimit == old.rpmLimit { new.rpmLimit = nil }
        if tpdLimit == old.tpdLimit { new.tpdLimit = nil }
        if maxParallelRequests == old.maxParallelRequests { new.maxParallelRequests = nil }
        if teamID.hasSameBytes(as: old.teamID) { new.teamID = nil }
        if organizationID.hasSameBytes(as: old.organizationID) { new.organizationID = nil }
        if projectID.hasSameBytes(as: old.projectID) { new.projectID = nil }
        if agentID.hasSameBytes(as: old.agentID) { new.agentID = nil }
        if budgetID.hasSameBytes(as: old.budgetID) { new.budgetID = nil }
        if subject == old.subject { new.subject = nil }
        return new
    }
}
