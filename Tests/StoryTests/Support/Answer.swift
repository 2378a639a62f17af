import JSONText

/// What a server answered, as it stood on the wire.
struct Answer {
    let status: Int
    /// Names in lower case, in order.
    let headers: [(name: String, value: String)]
    let body: String

    /// The first header of that name, which is to be given in lower case.
    subscript(header name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The body as JSON; null if it is none.
    var json: JSONValue { (try? JSONValue.parse(text: body)) ?? .null }

    subscript(name: String) -> JSONValue? { json[name] }

    /// LiteLLM's error, or null.
    var error: JSONValue { json["error"] ?? .null }

    var message: String? { error["message"]?.string }

    /// `401 auth_error`, or only the status where the body is no error of LiteLLM's shape.
    var summary: String { error["type"]?.string.map { "\(status) \($0)" } ?? "\(status)" }

    var position: UInt64? { self[header: "x-keyledger-position"].flatMap { UInt64($0) } }
}
