import JSONText
package import Ledger

extension KeyAnswer {
    /// `GET /key/list`.
    package static func list(_ page: KeyPage, for request: KeyListRequest) -> [UInt8] {
        object { writer in
            writer.name("keys")
            writer.array { writer in
                for view in page.keys {
                    if request.returnsObjects { writer.object { writeListed(view, to: &$0) } } else { writer.string(token(view).hex) }
                }
            }
            writePaging(page.total, page: request.query.page, size: request.query.size, to: &writer)
        }
    }

    /// `GET /key/aliases`.
    package static func aliases(_ page: AliasPage, for request: KeyAliasesRequest) -> [UInt8] {
        object { writer in
            writer.name("aliases")
            writer.array { for alias in page.aliases { $0.string(alias) } }
            writePaging(page.total, page: request.query.page, size: request.query.size, to: &writer)
            writer.member("size", request.query.size)
        }
    }

    private static func writePaging(_ total: Int, page: Int, size: Int, to writer: inout JSONWriter) {
        writer.member("total_count", total)
        writer.member("current_page", page)
        writer.member("total_pages", (total + size - 1) / size)
    }

    /// A list of old secrets names them, every other list the keys' current ones.
    private static func token(_ view: KeyView) -> Token {
        view.status == .deprecated ? view.credential.token : view.state.currentToken
    }

    private static func writeListed(_ view: KeyView, to writer: inout JSONWriter) {
        let members = KeyMembers(view, time: .model)
        writer.member("token", token(view).hex)
        let names = MemberTables.model + (view.state.isDeleted ? MemberTables.deletion : MemberTables.listed)
        members.writeRow(names, to: &writer)
        if view.status == .deprecated { members.writeStatus(to: &writer) } else { members.writeCredential(to: &writer) }
        members.writeOwn(after: names, to: &writer)
    }
}
