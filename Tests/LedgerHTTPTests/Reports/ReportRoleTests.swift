import JSONText
import Testing

/// Who sees which charges.
struct ReportRoleTests {
    private static let day = "start_date=2024-05-10&end_date=2024-05-10"

    @Test func `auditors read all reports, other roles and keys of no user none`() async throws {
        try await LedgerServer.run { server in
            let viewer = try await server.makeKey(["role": "proxy_admin_viewer"])
            let gateway = try await server.makeKey(["role": "gateway"])
            let subscriber = try await server.makeKey(["role": "subscriber"])
            let service = try await server.makeKey(["team_id": "t"])
            let plain = try await server.makeKey()
            let blocked = try await server.makeKey(["role": "proxy_admin_viewer"])
            _ = try await server.done("/key/block", ["key": .string(blocked.token)])
            let globals = [
                "/global/spend", "/global/spend/logs", "/spend/keys", "/spend/users", "/spend/tags", "/global/spend/all_tag_names",
            ]
            for path in ActivityFamilyTests.families.map(\.path) {
                #expect(try await server.get("\(path)?\(Self.day)", as: viewer.secret).status == 200, "\(path)")
                for secret in ["", "sk-nobody-ever-made-this", blocked.secret] {
                    #expect(try await server.get("\(path)?\(Self.day)", as: secret).status == 401, "\(path)")
                }
                for key in [gateway, subscriber, service, plain] {
                    let wanted = path.hasPrefix("/user/") ? 403 : path.hasPrefix("/team/") ? 404 : 401
                    for suffix in ["", "/aggregated", "/aggregated/keys", "/export"] {
                        let answer = try await server.get("\(path)\(suffix)?\(Self.day)", as: key.secret)
                        #expect(answer.status == wanted, "\(path)\(suffix): \(answer.text)")
                    }
                }
            }
            for path in globals + ["/spend/logs"] {
                #expect(try await server.get(path, as: viewer.secret).status == 200, "\(path)")
                for key in [gateway, subscriber, service, plain] {
                    #expect(try await server.get(path, as: key.secret).status == 401, "\(path)")
                }
            }
            #expect(try await server.post("/global/spend/end_users", as: viewer.secret).status == 200)
            #expect(try await server.post("/global/spend/end_users", as: plain.secret).status == 401)
            #expect(try await server.post("/global/spend/refresh", as: viewer.secret).status == 403)
            #expect(try await server.post("/global/spend/refresh").json == .null)
            let user = try await server.get("/user/daily/activity?\(Self.day)", as: service.secret)
            #expect(
                user.json == [
                    "detail": [
                        "error": "Service-account keys cannot query user analytics. Use a user-bound key, or call as a proxy admin."
                    ]
                ])
            let team = try await server.get("/team/daily/activity?\(Self.day)", as: plain.secret)
            #expect(team.json == ["detail": ["error": "User= None not found"]])
        }
    }

    @Test func `a key of a user sees its own charges and no others`() async throws {
        try await LedgerServer.run { server in
            let fields: JSONObject = ["user_id": "u", "team_id": "t", "organization_id": "o", "agent_id": "a"]
            let (own, other) = (try await server.makeKey(fields), try await server.makeKey(fields))
            let usage: JSONObject = ["model": "m", "model_group": "g", "tags": ["g"], "end_user": "e", "prompt_tokens": 1]
            try await server.charge([
                .charge("own", own.token, "0.25", at: "2024-05-10T12:00:00Z", usage),
                .charge("other", other.token, "0.5", at: "2024-05-10T12:00:00Z", usage),
            ])
            for family in ActivityFamilyTests.families {
                for suffix in ["", "/aggregated", "/aggregated/keys", "/aggregated/search", "/aggregated/model_top_keys", "/export"] {
                    let path = "\(family.path)\(suffix)?\(Self.day)&search=u&model_group=g&export_type=daily_with_keys"
                    let seen = try await server.report(path, as: own.secret)
                    #expect(seen.text.contains("0.25"), "\(path): \(seen.text)")
                    #expect(!seen.text.contains("0.5") && !seen.text.contains("0.75") && !seen.text.contains(other.token), "\(path)")
                    for name in [other.token, other.keyID, other.secret] {
                        let asked = try await server.report("\(path)&api_key=\(name)", as: own.secret)
                        #expect(!asked.text.contains("0.25") && !asked.text.contains("0.5"), "\(path): \(asked.text)")
                    }
                }
            }
            for suffix in ["users", "cache_leakage_keys"] {
                let seen = try await server.report("/user/daily/activity/aggregated/\(suffix)?\(Self.day)", as: own.secret)
                #expect(seen.text.contains("0.25") && !seen.text.contains("0.5") && !seen.text.contains("0.75"), "\(suffix)")
            }
            for path in ["/spend/logs", "/spend/logs?\(Self.day)", "/spend/logs/v2?\(Self.day)", "/spend/logs/ui?request_id=other"] {
                let seen = try await server.report(path, as: own.secret)
                #expect(!seen.text.contains("0.5") && !seen.text.contains(other.token), "\(path): \(seen.text)")
            }
        }
    }

    @Test func `a key may not name others`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey(["user_id": "\u{e9}", "team_id": "\u{e9}"])
            for name in ["other", "e\u{301}", "Unassigned"] {
                let user = try await server.get("/user/daily/activity?\(Self.day)&user_id=\(name.inQuery)", as: key.secret)
                #expect(user.status == 403)
                #expect(user.json == ["detail": ["error": "Non-admin users can only view their own spend data."]])
                let team = try await server.get("/team/daily/activity?\(Self.day)&team_ids=%C3%A9,\(name.inQuery)", as: key.secret)
                #expect(team.status == 404)
                #expect(
                    team["detail"]?["error"]
                        == .string("User does not belong to Team= \(name). Call `/user/info` to see user's teams"))
            }
            for path in ["/user/daily/activity?\(Self.day)&user_id=%C3%A9", "/team/daily/activity?\(Self.day)&team_ids=%C3%A9"] {
                #expect(try await server.get(path, as: key.secret).status == 200)
            }
        }
    }
}
