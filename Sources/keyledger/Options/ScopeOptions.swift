import ArgumentParser
import JSONText

/// What an old secret stands for in block and delete.
struct ScopeOptions: ParsableArguments {
    enum Scope: String, ExpressibleByArgument, CaseIterable {
        case key, credential
    }

    @Option(name: .long, help: "What an old secret or its token stands for. (default: the credential, if it is not the key's current one)")
    var scope: Scope?

    func adding(to body: JSONObject) -> JSONObject {
        var body = body
        if let scope { body["scope"] = .string(scope.rawValue) }
        return body
    }
}
