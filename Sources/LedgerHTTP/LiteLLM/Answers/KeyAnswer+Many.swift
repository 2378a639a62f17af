import HTTPTypes
import JSONText
package import Ledger

extension KeyAnswer {
    /// What became of one key that a request was to delete.
    package struct Deletion: Sendable {
        package enum Outcome: Sendable {
            case deleted
            /// An old secret: it alone was ended, its key lives on.
            case credentialEnded(KeyView)
            case failed(APIError)
        }

        /// The key as the caller named it.
        package var asPassed: String
        package var outcome: Outcome

        package init(asPassed: String, _ outcome: Outcome) {
            self.asPassed = asPassed
            self.outcome = outcome
        }
    }

    /// `POST /key/delete`, where at least one key was deleted; what failed is told beside it.
    /// - Throws: `APIError`: the failure, if there was nothing else.
    package static func deleted(_ results: [Deletion]) throws -> [UInt8] {
        let failures = results.compactMap(\.failure)
        let ended = results.compactMap(\.endedCredential)
        if failures.count == results.count { throw Deletion.refusal(failures.map(\.error)) }
        return object { writer in
            writer.name("deleted_keys")
            writer.array { for result in results where result.failure == nil { $0.string(result.asPassed) } }
            if !failures.isEmpty { write(failures, to: &writer) }
            if !ended.isEmpty { write(ended, to: &writer) }
            if ended.count + failures.count == results.count { writer.member("scope", KeyCommand.Scope.credential.rawValue) }
        }
    }

    private static func write(_ failures: [(key: String, error: APIError)], to writer: inout JSONWriter) {
        writer.name("failed_keys")
        writer.array { writer in
            for failure in failures {
                writer.object { writer in
                    writer.member("key", failure.key)
                    writer.member("error", failure.error.message)
                }
            }
        }
    }

    private static func write(_ ended: [(key: String, view: KeyView)], to writer: inout JSONWriter) {
        writer.name("credentials")
        writer.array { writer in
            for (key, view) in ended {
                writer.object { writer in
                    writer.member("key", key)
                    writer.member("scope", KeyCommand.Scope.credential.rawValue)
                    KeyMembers(view, time: .model).writeCredential(to: &writer)
                    writer.member("key_id", view.state.keyID.description)
                }
            }
        }
    }

    /// `POST /key/bulk_update`: each key as the caller named it with its new row, or with why it was not updated.
    package static func bulkUpdated(_ results: [(asPassed: String, outcome: Result<KeyView, APIError>)]) -> [UInt8] {
        object { writer in
            writer.member("total_requested", results.count)
            writer.name("successful_updates")
            writer.array { writer in
                for case (let key, .success(let view)) in results { writer.object { writeUpdate(of: key, view, to: &$0) } }
            }
            writer.name("failed_updates")
            writer.array { writer in
                for case (let key, .failure(let error)) in results {
                    writer.object { writer in
                        writer.member("key", key)
                        writer.nullMember("key_info")
                        writer.member("failed_reason", error.message)
                    }
                }
            }
        }
    }

    private static func writeUpdate(of key: String, _ view: KeyView, to writer: inout JSONWriter) {
        writer.member("key", key)
        writer.name("key_info")
        writer.object { writeRaw(view, time: .row, to: &$0) }
    }
}

extension KeyAnswer.Deletion {
    fileprivate var failure: (key: String, error: APIError)? {
        if case .failed(let error) = outcome { (asPassed, error) } else { nil }
    }

    fileprivate var endedCredential: (key: String, view: KeyView)? {
        if case .credentialEnded(let view) = outcome { (asPassed, view) } else { nil }
    }

    /// Only unknown keys: LiteLLM's own words. Otherwise the first failure that says more.
    fileprivate static func refusal(_ errors: [APIError]) -> APIError {
        errors.first { $0.status != .notFound } ?? APIError(.notFound, "No keys found", code: "key_not_found")
    }
}
