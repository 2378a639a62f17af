import JSONText
package import Ledger

/// Bodies of LiteLLM's key routes, as JSON.
package enum KeyAnswer {
    /// `GET /key/info`: the key as the caller named it (its token if it did not) and its row; a deleted key's from history.
    package static func info(_ view: KeyView, asPassed: String) -> [UInt8] {
        object { writer in
            writer.member("key", asPassed)
            writer.name("info")
            writer.object { view.state.isDeleted ? writeDeleted(view, to: &$0) : writeInfo(view, hasStatus: true, to: &$0) }
        }
    }

    /// `POST /v2/key/info`: rows of the living keys among those asked for.
    package static func infoV2(_ views: [KeyView], keys: [String]?) -> [UInt8] {
        object { writer in
            writer.name("key")
            if let keys { writer.array { for key in keys { $0.string(key) } } } else { writer.null() }
            writer.name("info")
            writer.array { writer in
                for view in views where !view.state.isDeleted {
                    writer.object { writeInfo(view, hasStatus: view.status == .deprecated, to: &$0) }
                }
            }
        }
    }

    /// `POST /key/update`: the key as the caller named it, its token if by alias, and its row.
    package static func updated(_ view: KeyView, asPassed: String?) -> [UInt8] {
        object { writer in
            writer.member("key", asPassed ?? view.state.currentToken.hex)
            writeRaw(view, time: .row, to: &writer)
        }
    }

    /// `POST /key/block`. An old secret that was ended instead of the key is told from it by `scope`.
    package static func blocked(_ view: KeyView, endedCredential: Bool = false) -> [UInt8] {
        object { writer in
            let members = KeyMembers(view, time: .model)
            members.write("token", to: &writer)
            members.writeRow(MemberTables.model, to: &writer)
            members.writeCredential(to: &writer)
            if endedCredential { writer.member("scope", KeyCommand.Scope.credential.rawValue) }
            members.writeOwn(after: MemberTables.model, to: &writer)
        }
    }

    /// `POST /key/unblock`.
    package static func unblocked(_ view: KeyView) -> [UInt8] {
        object { writeRaw(view, time: .model, to: &$0) }
    }

    /// `POST /key/health`.
    package static func healthy() -> [UInt8] {
        object { writer in
            writer.member("key", "healthy")
            writer.nullMember("logging_callbacks")
        }
    }

    static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object(body)
        return writer.bytes
    }

    private static func writeInfo(_ view: KeyView, hasStatus: Bool, to writer: inout JSONWriter) {
        let members = KeyMembers(view, time: .row)
        members.writeRow(MemberTables.raw, joins: true, to: &writer)
        if hasStatus { members.writeStatus(to: &writer) } else { members.writeCredential(to: &writer) }
        members.writeOwn(after: MemberTables.raw, to: &writer)
    }

    private static func writeDeleted(_ view: KeyView, to writer: inout JSONWriter) {
        let members = KeyMembers(view, time: .row)
        let names = MemberTables.model + MemberTables.deletion
        members.writeRow(names, to: &writer)
        members.writeStatus(to: &writer)
        members.writeOwn(after: names, to: &writer)
    }

    static func writeRaw(_ view: KeyView, time: WireTime, to writer: inout JSONWriter) {
        let members = KeyMembers(view, time: time)
        members.write("token", to: &writer)
        members.writeRow(MemberTables.raw, to: &writer)
        members.writeCredential(to: &writer)
        members.writeOwn(after: MemberTables.raw, to: &writer)
    }
}
