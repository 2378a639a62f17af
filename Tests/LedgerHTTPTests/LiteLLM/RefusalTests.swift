import HTTPTypes
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

@Suite struct RefusalTests {
    private static let notFound = Refused("", 404, "Key not found.", type: "not_found_error", param: "key")
    private static let noKeys = Refused("", 404, "No keys found")
    private static let secretTaken = "This secret is or was a key's. A secret names one key for ever: choose another."

    static let table: [(Rejection, KeyRoute, Refused)] = [
        (Rejection(.keyNotFound), .update, notFound), (Rejection(.keyNotFound), .block, notFound),
        (Rejection(.keyNotFound), .unblock, notFound), (Rejection(.keyNotFound), .delete, noKeys),
        (Rejection(.keyNotFound), .regenerate(key: "sk-...abcd"), Refused("", 404, "Key sk-...abcd not found.")),
        (
            Rejection(.aliasNotFound, alias: "X"), .update,
            Refused("", 404, "Key not found. No key with key_alias='X'.", type: "not_found_error", param: "key_alias")
        ), (Rejection(.aliasNotFound, alias: "X"), .delete, noKeys),
        (
            Rejection(.aliasTaken, alias: "X"), .generate,
            Refused(
                "", 400, "Key with alias 'X' already exists. Unique key aliases across all keys are required.", type: "bad_request_error",
                param: "key_alias")
        ),
        (
            Rejection(.aliasAmbiguous, alias: "X"), .update,
            Refused("", 400, "Several keys have key_alias='X'. Name the key by 'key'.", type: "bad_request_error", param: "key_alias")
        ), (Rejection(.tokenTaken), .generate, Refused("", 400, secretTaken, type: "bad_request_error", param: "key")),
        (
            Rejection(.tokenTaken), .regenerate(key: "x"),
            Refused(
                "", 400, secretTaken, type: "bad_request_error", param: "new_key")
        ), (Rejection(.negativeSpend), .update, Refused("", 400, "spend must be a non-negative finite number.")),
        (
            Rejection(.timeOutOfRange), .generate,
            Refused("", 400, "Invalid duration: it ends later than dates can be told (2262).")
        ),
        (
            Rejection(.callerNotAllowed), .update,
            Refused(
                "", 401,
                "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams."
                    + " Route=/key/update. Your role=unknown. Your user_id=*******", type: "auth_error")
        ),
        (
            Rejection(.callerEnded, callerStatus: .blocked), .update,
            Refused(
                "", 401, "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.", type: "auth_error")
        ),
        (
            Rejection(.callerEnded, callerStatus: .graceEnded), .update,
            Refused("", 401, "Authentication Error, Invalid API key provided.", type: "token_not_found_in_db", param: "key")
        ),
        (
            Rejection(.callerEnded, callerStatus: .expired), .update,
            Refused("", 401, "Authentication Error - Expired Key.", type: "expired_key")
        ),
        (
            Rejection(.callerEnded, callerStatus: .budgetExceeded), .update,
            Refused("", 422, "Budget has been exceeded!", type: "budget_exceeded")
        ),
        (
            Rejection(.credentialEnded, keyID: OneKey.keyID), .delete,
            Refused(
                "", 409,
                "This secret of key \(OneKey.keyID) has ended already. To act on the key itself, repeat with \"scope\": \"key\" or name it by"
                    + " its key_id.", type: "conflict_error", param: "key")
        ),
    ]

    @Test(arguments: table.indices) func `each refusal has its words on each route`(_ index: Int) throws {
        let (rejection, route, refused) = Self.table[index]
        try refused.expect(APIError(rejection, on: route))
    }

    @Test func `every refusal is answered with a 4xx`() {
        for code in Rejection.Code.allCases {
            for route in [KeyRoute.generate, .update, .block, .unblock, .delete, .regenerate(key: "x")] {
                #expect((400..<500).contains(APIError(Rejection(code), on: route).status.code))
            }
        }
    }

    /// A retry of a command with refused items gets refusals of which the log has kept the code alone.
    @Test(arguments: Rejection.Code.allCases) func `a refusal without its details is a sentence`(_ code: Rejection.Code) {
        for route in [KeyRoute.generate, .update, .block, .unblock, .delete, .regenerate(key: "sk-...abcd")] {
            let message = APIError(Rejection(code), on: route).message
            #expect(message.utf8.count > 10 && message.contains(" "), "\(message)")
            for gap in ["''", "  ", " .", "= ", "nil", "Optional"] { #expect(!message.contains(gap), "\(message)") }
        }
    }
}
