import HTTPTypes
import Ledger

/// What a key without a role may ask about: its own charges, if it belongs to a user.
struct OwnActivity {
    private let key: KeyView
    private let userID: String

    /// `nil` for those who read everything.
    ///
    /// - Throws: `APIError`, each family's own, for a key of no user.
    init?(_ caller: AuthenticatedCaller, _ family: ActivityFamily, _ ledger: Ledger) throws {
        guard let key = try Self.key(caller, ledger) else { return nil }
        guard let userID = key.userID else { throw Self.withoutUser(caller.role, family) }
        (self.key, self.userID) = (key, userID)
    }

    private static func key(_ caller: AuthenticatedCaller, _ ledger: Ledger) throws -> KeyView? {
        if caller.readsAll { return nil }
        guard let keyID = caller.keyID, let key = try ledger.key(.keyID(keyID)) else { throw APIError.unknownCredential }
        return key
    }

    private static func withoutUser(_ role: Role, _ family: ActivityFamily) -> APIError {
        switch family {
        case .user:
            .detailError(
                .forbidden, "Service-account keys cannot query user analytics. Use a user-bound key, or call as a proxy admin.",
                code: "forbidden")
        case .team: .detailError(.notFound, "User= None not found", code: "not_found")
        default: .forbidden(role, family.path)
        }
    }

    /// - Throws: `APIError` if the request names others.
    func restrict(_ request: inout ActivityRequest) throws {
        switch request.family {
        case .user:
            guard request.query.entities?.allSatisfy({ $0.hasSameBytes(as: userID) }) ?? true else {
                throw APIError.detailError(.forbidden, "Non-admin users can only view their own spend data.", code: "forbidden")
            }
            request.query.entities = [userID]
        case .team:
            if let other = request.query.entities?.first(where: { !key.state.terms.teamID.hasSameBytes(as: $0) }) {
                throw APIError.detailError(
                    .notFound, "User does not belong to Team= \(other). Call `/user/info` to see user's teams", code: "not_found")
            }
        default: break
        }
        let own: Set<KeyID> = [key.state.keyID]
        request.query.keyIDs = request.query.keyIDs?.intersection(own) ?? own
    }
}
