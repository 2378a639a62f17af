import JSONText
import Testing

/// Who may call what. On LiteLLM's paths the statuses are those of its own matrix, except that a key without a role reads itself alone.
struct RoleTests {
    enum Role: String, CaseIterable {
        case master
        case admin = "proxy_admin"
        case viewer = "proxy_admin_viewer"
        case gateway, subscriber, plain, nobody
    }

    /// A route with a request that an administrator may send, and each role's status.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let admin, viewer, gateway, other, nobody: Int
        /// Method, path and body; `own` and `other` stand for tokens of the caller's key and of another one.
        let method: String
        let path: String
        let body: String?

        init(_ name: String, _ statuses: (Int, Int, Int, Int, Int), _ method: String, _ path: String, _ body: String? = nil) {
            self.name = name
            (admin, viewer, gateway, other, nobody) = statuses
            (self.method, self.path, self.body) = (method, path, body)
        }

        var testDescription: String { name }

        func status(_ role: Role) -> Int {
            switch role {
            case .master, .admin: admin
            case .viewer: viewer
            case .gateway: gateway
            case .subscriber, .plain: other
            case .nobody: nobody
            }
        }
    }

    private static let change = (200, 403, 401, 401, 401)
    private static let own = (200, 403, 403, 403, 401)

    static let rows = [
        Row("generate", change, "POST", "/key/generate", "{}"),
        Row("generate for another user", change, "POST", "/key/generate", #"{"user_id": "ada"}"#),
        Row("generate for a team", change, "POST", "/key/generate", #"{"team_id": "t"}"#),
        Row("generate with a role", change, "POST", "/key/generate", #"{"role": "proxy_admin"}"#),
        Row("generate for a service", change, "POST", "/key/service-account/generate", #"{"team_id": "t"}"#),
        Row("info of another key", (200, 200, 403, 403, 401), "GET", "/key/info?key=other"),
        Row("info of many keys", (200, 200, 403, 403, 401), "POST", "/v2/key/info", #"{"keys": ["other"]}"#),
        Row("list", (200, 200, 403, 403, 401), "GET", "/key/list"),
        Row("list of a team", (200, 200, 403, 403, 401), "GET", "/key/list?team_id=t"),
        Row("aliases", (200, 200, 401, 401, 401), "GET", "/key/aliases"),
        Row("update", change, "POST", "/key/update", #"{"key": "other", "max_budget": 1}"#),
        Row("update of the own alias", change, "POST", "/key/update", #"{"key": "own", "key_alias": "own-2"}"#),
        Row("update of the own role", change, "POST", "/key/update", #"{"key": "own", "role": "proxy_admin"}"#),
        Row("bulk update", change, "POST", "/key/bulk_update", #"{"keys": [{"key": "other", "max_budget": 1}]}"#),
        Row("block", change, "POST", "/key/block", #"{"key": "other"}"#),
        Row("unblock", change, "POST", "/key/unblock", #"{"key": "other"}"#),
        Row("regenerate", change, "POST", "/key/regenerate", #"{"key": "other"}"#),
        Row("regenerate by path", change, "POST", "/key/other/regenerate"),
        Row("delete", change, "POST", "/key/delete", #"{"keys": ["other"]}"#),
        Row("health", (200, 200, 200, 200, 401), "POST", "/key/health"),
        Row("verify", (200, 403, 200, 403, 401), "POST", "/v1/keys/verify", #"{"token": "other"}"#),
        Row("record a charge", (200, 403, 200, 403, 401), "POST", "/v1/spend", #"{"request_id": "other", "token": "other", "spend": 1}"#),
        Row(
            "correct spend", own, "POST", "/v1/spend/adjust",
            #"{"request_id": "other", "token": "other", "spend": -1, "reason": "twice", "occurred_at": 1}"#),
        Row("reset spend", change, "POST", "/key/other/reset_spend", #"{"reset_to": 0}"#),
        Row("reset all spend", change, "POST", "/global/spend/reset"),
        Row("revoke", own, "POST", "/v1/credentials/other/revoke"),
        Row("rebuild", own, "POST", "/v1/rebuild"),
        Row("rebuild of activity", own, "POST", "/v1/rebuild", #"{"view": "activity"}"#),
        Row("progress of a rebuild", (200, 200, 403, 403, 401), "GET", "/v1/rebuild"),
        Row("end of a rebuild", own, "DELETE", "/v1/rebuild"),
        Row("reconcile", (200, 200, 403, 403, 401), "POST", "/v1/reconcile"),
        Row("accept the clock", own, "POST", "/v1/clock/accept"),
    ]

    @Test(arguments: rows) func `each role's status`(_ row: Row) throws {
        try StoryLedger.run { ledger in
            for role in Role.allCases {
                let (caller, own) = try Self.caller(role, ledger)
                let other = try ledger.makeKey(["key_alias": .string("of-\(role)")])
                func named(_ text: String) -> String { text.replacing("own", with: own).replacing("other", with: other.token) }
                let before = try ledger.get("/livez").position
                let answer = try ledger.ask(row.method, named(row.path), raw: row.body.map(named), as: caller)
                #expect(answer.status == row.status(role), "\(role): \(answer.body)")
                guard row.status(role) != 200 else { continue }
                try Self.expectRefusal(answer, row, role)
                #expect(try ledger.get("/livez").position == before, "\(role)")
            }
        }
    }

    private static func caller(_ role: Role, _ ledger: StoryLedger) throws -> (StoryLedger.Caller, token: String) {
        switch role {
        case .master: return (.master, try ledger.makeKey().token)
        case .nobody: return (.nobody, try ledger.makeKey().token)
        case .plain:
            let key = try ledger.makeKey()
            return (.key(key.secret), key.token)
        default:
            let key = try ledger.makeKey(["role": .string(role.rawValue)])
            return (.key(key.secret), key.token)
        }
    }

    private static func expectRefusal(_ answer: Answer, _ row: Row, _ role: Role) throws {
        if row.path.hasPrefix("/v1/") {
            #expect(answer[header: "content-type"] == "application/problem+json", "\(role)")
            #expect(answer["status"]?.integer == Int64(answer.status), "\(role)")
            return
        }
        let type = row.name.hasPrefix("list") && role != .nobody ? "bad_request_error" : "auth_error"
        #expect(answer.error["type"]?.string == type && answer.error["code"]?.string == "\(answer.status)", "\(role): \(answer.body)")
        if role == .nobody { #expect(answer.message == "Authentication Error, No api key passed in.") }
        if answer.status == 401 { #expect(answer[header: "www-authenticate"] != nil) }
    }

    @Test func `LiteLLM's words for a viewer and for a key without a role`() throws {
        try StoryLedger.run { ledger in
            let viewer = try ledger.makeKey(["role": "proxy_admin_viewer"])
            let plain = try ledger.makeKey()
            for path in [
                "/key/generate", "/key/update", "/key/block", "/key/unblock", "/key/delete", "/key/bulk_update", "/key/regenerate",
            ] {
                let refused = try ledger.post(path, ["key": "sk-does-not-exist"], as: .key(viewer.secret))
                #expect(refused.message == "user not allowed to access this route, role= proxy_admin_viewer. Trying to access: \(path)")
                let unauthorised = try ledger.post(path, ["key": "sk-does-not-exist"], as: .key(plain.secret))
                #expect(
                    unauthorised.message
                        == "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams."
                        + " Route=\(path). Your role=unknown. Your user_id=*******")
            }
        }
    }

    @Test func `everybody sees the own key, whatever the role`() throws {
        try StoryLedger.run { ledger in
            for role in Role.allCases where role != .master && role != .nobody {
                let (caller, token) = try Self.caller(role, ledger)
                for path in ["/key/info", "/key/info?key=\(token)"] {
                    let answer = try ledger.get(path, as: caller)
                    #expect(answer.status == 200 && answer["key"]?.string == token)
                    #expect(answer["info"]?["role"]?.string == (role == .plain ? nil : role.rawValue))
                }
                #expect(try ledger.post("/v2/key/info", ["keys": [.string(token)]], as: caller).status == 200)
            }
            #expect(try ledger.get("/key/info").status == 404, "the admin secret is no key")
        }
    }

    @Test func `a role comes and goes with an update, and dies with the key`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let other = try ledger.makeKey(["role": "proxy_admin"])
            func status() throws -> Int { try ledger.get("/key/aliases", as: .key(key.secret)).status }
            #expect(try status() == 401)
            let grant: JSONValue = ["key": .string(key.token), "role": "proxy_admin"]
            #expect(try ledger.post("/key/update", grant, as: .key(other.secret)).status == 200)
            #expect(try status() == 200)
            // An old secret in grace still speaks for the key; a blocked or deleted key does not.
            let next = try ledger.rotate(key.secret, grace: "1h")
            #expect(try status() == 200)
            try ledger.change("/key/block", ["key": .string(next.token)])
            #expect(try status() == 401)
            try ledger.change("/key/unblock", ["key": .string(next.token)])
            try ledger.change("/key/update", ["key": .string(key.token), "role": nil])
            #expect(try status() == 401)
            try ledger.change("/key/delete", ["keys": [.string(other.token)]])
            #expect(try ledger.post("/key/generate", [:], as: .key(other.secret)).summary == "401 token_not_found_in_db")
            #expect(try ledger.post("/key/generate", ["role": "king"]).status == 422)
        }
    }
}
