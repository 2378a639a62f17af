import HTTPTypes
import JSONText
package import Ledger

/// LiteLLM's routes of daily activity: one family for each kind of entity.
package enum ActivityFamily: String, CaseIterable, Sendable {
    case user
    case team
    case tag
    case organization
    case customer
    case endUser = "end_user"
    case agent

    package var entity: ActivityQuery.Entity {
        switch self {
        case .user: .user
        case .team: .team
        case .tag: .tag
        case .organization: .organization
        case .customer, .endUser: .customer
        case .agent: .agent
        }
    }

    package var path: String { "/\(rawValue)/daily/activity" }

    /// The query parameter that names entities.
    var entityParameter: String {
        switch self {
        case .user: "user_id"
        case .team: "team_ids"
        case .tag: "tags"
        case .organization: "organization_ids"
        case .customer, .endUser: "end_user_ids"
        case .agent: "agent_ids"
        }
    }

    /// The query parameter that names entities to leave out.
    var exclusionParameter: String? {
        switch self {
        case .user, .tag: nil
        default: "exclude_" + entityParameter
        }
    }

    /// The members of an entity's metadata. There is no directory of users and teams: all are null.
    var entityMetadata: String {
        switch self {
        case .user: #"{"user_email":null,"user_alias":null}"#
        case .team: #"{"team_alias":null}"#
        case .customer, .endUser: #"{"alias":null}"#
        case .tag, .organization, .agent: "{}"
        }
    }
}

extension APIError {
    static func activity(_ text: String, code: String) -> APIError { .detailError(.badRequest, text, code: code) }
}
