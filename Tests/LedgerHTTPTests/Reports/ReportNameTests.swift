import JSONText
import Testing

/// Names that look alike, hold what JSON, CSV and queries mean something by, or look like a formula.
struct ReportNameTests {
    private static let day = "start_date=2024-05-10&end_date=2024-05-10"
    private static let composed = "caf\u{e9}"
    private static let decomposed = "cafe\u{301}"

    @Test func `two spellings of one look are two names`() async throws {
        try await LedgerServer.run { server in
            var charges: [JSONObject] = []
            for (name, spend) in [(Self.composed, "0.25"), (Self.decomposed, "0.5")] {
                let key = try await server.makeKey([
                    "key_alias": .string(name), "team_id": .string(name), "user_id": .string(name), "organization_id": .string(name),
                    "agent_id": .string(name),
                ])
                let text = JSONValue.string(name)
                charges.append(
                    .charge(
                        "id \(name)", key.token, spend, at: "2024-05-10T12:00:00Z",
                        ["model": text, "model_group": text, "provider": text, "tags": [text], "end_user": text]))
            }
            try await server.charge(charges)
            // In the order of their bytes, and of what they spent.
            let both = [Self.decomposed, Self.composed].map { Array($0.utf8) }
            func bytes(_ names: [String]?) -> [[UInt8]]? { names?.map { Array($0.utf8) } }
            let spends = [(Self.composed.inQuery, "0.25"), (Self.decomposed.inQuery, "0.5")]
            for family in ActivityFamilyTests.families {
                let breakdown = try await server.report("\(family.path)?\(Self.day)")["results"]?[0]?["breakdown"]
                for dimension in ["models", "model_groups", "providers", "entities"] {
                    #expect(bytes(breakdown?[dimension]?.names) == both, "\(family.name) \(dimension)")
                }
                for (name, spend) in spends {
                    for query in ["\(family.parameter)=\(name)", "model=\(name)"] {
                        let answer = try await server.report("\(family.path)?\(Self.day)&\(query)")
                        #expect(answer["metadata"]?["total_spend"]?.decimalText == spend)
                    }
                    for (suffix, parameter) in [("search", "search"), ("model_top_keys", "model_group")] {
                        let answer = try await server.report("\(family.path)/aggregated/\(suffix)?\(Self.day)&\(parameter)=\(name)")
                        #expect(answer["api_keys"]?.array?.map(\.spend) == [spend], "\(suffix)")
                    }
                }
            }
            let end = "&start_date=2024-05-10&end_date=2024-05-10"
            for (name, spend) in spends {
                for parameter in ["request_id=id%20", "model=", "model_group=", "key_alias=", "end_user=", "user_id=", "team_id="] {
                    let answer = try await server.report("/spend/logs/v2?\(parameter)\(name)\(end)")
                    #expect(answer["data"]?.array?.map { $0["spend"]?.decimalText } == [spend], "\(parameter)")
                }
                let tags = try await server.report("/global/spend/tags?tags=\(name)\(end)")
                #expect(tags.json.array?.map { $0["total_spend"]?.decimalText } == [spend])
            }
            let sorted = try await server.report("/spend/logs/v2?sort_by=model&sort_order=asc\(end)")
            #expect(bytes(sorted["data"]?.array?.compactMap { $0["model"]?.string }) == both)
            let users = try await server.report("/spend/users").json.array ?? []
            #expect(bytes(users.compactMap { $0["user_id"]?.string }) == both)
            #expect(bytes(users.compactMap { $0["key_aliases"]?[0]?.string }) == both)
            for (path, name) in [("models", "model"), ("provider", "provider")] {
                let rows = try await server.report("/global/spend/\(path)?\(Self.day)").json.array
                #expect(bytes(rows?.compactMap { $0[name]?.string }) == both)
            }
            let activity = try await server.report("/global/activity/model?\(Self.day)").json.array
            #expect(bytes(activity?.compactMap { $0["model"]?.string }) == both)
            #expect(bytes(try await server.report("/global/spend/all_tag_names")["tag_names"]?.array?.compactMap(\.string)) == both)
        }
    }

    private static let hostile = [
        "a\"b", "a,b", "a\nb", "a\r\nb", "=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'", "\u{1f469}\u{200d}\u{1f680}", "</script>",
        "\\", "\u{301}x",
    ]

    @Test func `names come back as they were, and no cell is a formula`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey()
            try await server.charge(
                Self.hostile.enumerated().map { number, name in
                    .charge("\(number)", key.token, "1", at: "2024-05-10T12:00:00Z", ["tags": [.string(name)], "model": .string(name)])
                })
            let wanted = Self.hostile.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            func bytes(_ names: [String]?) -> [[UInt8]]? { names?.map { Array($0.utf8) } }
            let breakdown = try await server.report("/tag/daily/activity?\(Self.day)")["results"]?[0]?["breakdown"]
            #expect(bytes(breakdown?["entities"]?.names) == wanted && bytes(breakdown?["models"]?.names) == wanted)
            let json = try await server.report("/tag/daily/activity/export?\(Self.day)&format=json&export_type=daily_with_models")
            #expect(bytes(json.json.array?.compactMap { $0["entity_id"]?.string }) == wanted)
            #expect(bytes(json.json.array?.compactMap { $0["model"]?.string }) == wanted)

            let csv = try await server.report("/tag/daily/activity/export?\(Self.day)&export_type=daily_with_models")
            let rows = try #require(CSV.rows(Array(csv.text.utf8)))
            #expect(rows.allSatisfy { $0.count == 17 } && rows.count == wanted.count + 1)
            let safe = wanted.map { name in Array("=+-@\t\r".utf8).contains(name[0]) ? Array("'".utf8) + name : name }
            for column in [1, 7] { #expect(rows.dropFirst().map { $0[column] } == safe) }
        }
    }
}

/// Reads RFC 4180 strictly.
enum CSV {
    /// `nil` for what is no CSV: a quote where none may be, a line that does not end in CR LF.
    static func rows(_ bytes: [UInt8]) -> [[[UInt8]]]? {
        var rows: [[[UInt8]]] = []
        var row: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let cell = rest.first == 0x22 ? quoted(&rest) : plain(&rest) else { return nil }
            row.append(cell)
            switch rest.popFirst() {
            case 0x2c: continue
            case 0x0d where rest.popFirst() == 0x0a: (rows, row) = (rows + [row], [])
            default: return nil
            }
        }
        return row.isEmpty ? rows : nil
    }

    private static func plain(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let cell = rest.prefix { ![0x2c, 0x0d, 0x0a, 0x22].contains($0) }
        rest = rest.dropFirst(cell.count)
        return Array(cell)
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var cell: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte != 0x22 {
                cell.append(byte)
            } else if rest.first == 0x22 {
                cell.append(byte)
                rest = rest.dropFirst()
            } else {
                return cell
            }
        }
        return nil
    }
}
