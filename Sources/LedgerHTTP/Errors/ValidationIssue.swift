import JSONText

/// One entry of a 422 answer: what kind of fault, where it is, what was expected.
package struct ValidationIssue: Sendable, Equatable {
    /// A step on the way to the faulty input: a name, or an index (an offset in the text for malformed JSON).
    package enum Step: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case name(String)
        case index(Int)

        package init(stringLiteral value: String) { self = .name(value) }
        package init(integerLiteral value: Int) { self = .index(value) }
    }

    package var type: String
    package var location: [Step]
    package var message: String

    package init(type: String, location: [Step], message: String) {
        self.type = type
        self.location = location
        self.message = message
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", type)
            writer.name("loc")
            writer.array { writer in
                for step in location {
                    switch step {
                    case .name(let name): writer.string(name)
                    case .index(let index): writer.number(index)
                    }
                }
            }
            writer.member("msg", message)
        }
    }
}

extension ValidationIssue {
    package static func missing(_ location: [Step]) -> Self {
        Self(type: "missing", location: location, message: "Field required")
    }

    package static func atLeast(_ bound: Int64, at location: [Step]) -> Self {
        Self(type: "greater_than_equal", location: location, message: "Input should be greater than or equal to \(bound)")
    }

    package static func atMost(_ bound: Int64, at location: [Step]) -> Self {
        Self(type: "less_than_equal", location: location, message: "Input should be less than or equal to \(bound)")
    }

    /// Text that is no integer.
    package static func integerText(_ location: [Step]) -> Self {
        Self(type: "int_parsing", location: location, message: "Input should be a valid integer, unable to parse string as an integer")
    }

    /// Text of an integer that is larger than any that is kept.
    package static func integerSize(_ location: [Step]) -> Self {
        Self(type: "int_parsing_size", location: location, message: "Unable to parse input string as an integer, exceeded maximum size")
    }

    /// A value in JSON that is neither an integer nor text of one.
    package static func integerType(_ location: [Step]) -> Self {
        Self(type: "int_type", location: location, message: "Input should be a valid integer")
    }

    package static func numberText(_ location: [Step]) -> Self {
        Self(type: "float_parsing", location: location, message: "Input should be a valid number, unable to parse string as a number")
    }

    package static func numberType(_ location: [Step]) -> Self {
        Self(type: "float_type", location: location, message: "Input should be a valid number")
    }

    package static func booleanText(_ location: [Step]) -> Self {
        Self(type: "bool_parsing", location: location, message: "Input should be a valid boolean, unable to interpret input")
    }

    package static func booleanType(_ location: [Step]) -> Self {
        Self(type: "bool_type", location: location, message: "Input should be a valid boolean")
    }

    package static func stringType(_ location: [Step]) -> Self {
        Self(type: "string_type", location: location, message: "Input should be a valid string")
    }

    package static func listType(_ location: [Step]) -> Self {
        Self(type: "list_type", location: location, message: "Input should be a valid list")
    }

    package static func objectType(_ location: [Step]) -> Self {
        Self(type: "dict_type", location: location, message: "Input should be a valid dictionary")
    }

    /// A word that is none of `choices`, of which there is at least one.
    package static func choice(of choices: [String], at location: [Step]) -> Self {
        let quoted = choices.map { "'\($0)'" }
        let list = quoted.count < 2 ? quoted.joined() : quoted.dropLast().joined(separator: ", ") + " or " + quoted[quoted.count - 1]
        return Self(type: "enum", location: location, message: "Input should be \(list)")
    }

    /// A rule over several inputs that does not hold.
    package static func rule(_ message: String, at location: [Step] = ["body"]) -> Self {
        Self(type: "value_error", location: location, message: "Value error, \(message)")
    }
}
