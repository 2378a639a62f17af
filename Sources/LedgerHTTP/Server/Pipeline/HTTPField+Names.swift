package import HTTPTypes

extension HTTPField.Name {
    package static let requestID = HTTPField.Name(known: "X-Request-Id")
    /// The position that an answer reflects. A handler that sets it says which; otherwise it is the head.
    package static let position = HTTPField.Name(known: "X-KeyLedger-Position")

    /// A name written in the code.
    package init(known name: StaticString) {
        guard let name = HTTPField.Name("\(name)") else { fatalError("'\(name)' is no name of a header") }
        self = name
    }
}
