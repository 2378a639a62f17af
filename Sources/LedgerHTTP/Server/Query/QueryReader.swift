/// Reads typed parameters from a query and collects everything that is wrong with them.
///
///     var query = QueryReader(request)
///     let page = query.integer("page", default: 1, atLeast: 1)
///     let size = query.integer("size", default: 10, atLeast: 1, atMost: 100)
///     try query.validate()
///
/// Each read gives the default where the value is bad, so that one 422 can name every fault.
package struct QueryReader: Sendable {
    package let parameters: QueryParameters
    package private(set) var issues: [ValidationIssue] = []

    package init(_ parameters: QueryParameters) {
        self.parameters = parameters
    }

    /// Throws a 422 if anything that was read is wrong.
    package func validate() throws(APIError) {
        if !issues.isEmpty { throw .validation(issues) }
    }

    package func string(_ name: String) -> String? { parameters[name] }

    /// A text; an empty one filters nothing.
    package func filter(_ name: String) -> String? { parameters[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A parameter that must be there; an empty text and an issue if it is not.
    package mutating func required(_ name: String) -> String {
        if let value = parameters[name] { return value }
        issues.append(.missing(["query", .name(name)]))
        return ""
    }

    /// An integer within bounds; nil if it is absent or bad.
    package mutating func integer(_ name: String, atLeast low: Int64? = nil, atMost high: Int64? = nil) -> Int64? {
        guard let text = parameters[name] else { return nil }
        let location: [ValidationIssue.Step] = ["query", .name(name)]
        switch IntegerText(text) {
        case .none:
            issues.append(.integerText(location))
        case .tooLarge(let isNegative):
            if isNegative, let low {
                issues.append(.atLeast(low, at: location))
            } else if !isNegative, let high {
                issues.append(.atMost(high, at: location))
            } else {
                issues.append(.integerSize(location))
            }
        case .value(let value):
            if let low, value < low {
                issues.append(.atLeast(low, at: location))
            } else if let high, value > high {
                issues.append(.atMost(high, at: location))
            } else {
                return value
            }
        }
        return nil
    }

    package mutating func integer(_ name: String, default value: Int64, atLeast low: Int64? = nil, atMost high: Int64? = nil) -> Int64 {
        integer(name, atLeast: low, atMost: high) ?? value
    }

    /// A truth value: `true t yes y on 1` or `false f no n off 0`, in any case; nil if it is absent or bad.
    package mutating func boolean(_ name: String) -> Bool? {
        guard let text = parameters[name] else { return nil }
        switch text.lowercased() {
        case "true", "t", "yes", "y", "on", "1": return true
        case "false", "f", "no", "n", "off", "0": return false
        default:
            issues.append(.booleanText(["query", .name(name)]))
            return nil
        }
    }

    package mutating func boolean(_ name: String, default value: Bool) -> Bool {
        boolean(name) ?? value
    }

    /// Notes a fault that the caller found.
    package mutating func report(_ issue: ValidationIssue) {
        issues.append(issue)
    }
}
