import HTTPTypes
import Hummingbird

/// Every route's path and methods, for the requests that the router has no handler for.
struct RouteTemplates: Sendable {
    private struct Template {
        let components: [Substring]
        var methods: [String]
    }

    private let templates: [Template]

    init(_ routes: [(path: RouterPath, method: HTTPRequest.Method)]) {
        var byPath: [String: Template] = [:]
        for (path, method) in routes {
            let text = path.description
            byPath[text, default: Template(components: text.split(separator: "/"), methods: [])].methods.append(method.rawValue)
        }
        templates = Array(byPath.values)
    }

    /// 404 for an unknown path, 405 for another method of a known one, and what OPTIONS asks for.
    func response(toUnmatched request: Request, style: ErrorStyle, requestID: String) -> Response {
        let path = request.uri.path
        let methods = path == "*" ? [] : methods(of: path)
        let allow = ([HTTPRequest.Method.options.rawValue] + methods).sorted().joined(separator: ", ")
        if request.method == .options, path == "*" || !methods.isEmpty {
            return Response(status: .noContent, headers: [.allow: allow])
        }
        var error = APIError.detail(.notFound, "Not Found")
        if !methods.isEmpty {
            error = .detail(.methodNotAllowed, "Method Not Allowed")
            error.headers[.allow] = allow
        }
        return error.response(style: style, requestID: requestID)
    }

    /// The methods that the path's routes take, with HEAD wherever GET is.
    private func methods(of path: String) -> Set<String> {
        let parts = path.split(separator: "/")
        var methods: Set<String> = []
        for template in templates where Self.matches(template.components, parts) { methods.formUnion(template.methods) }
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods
    }

    private static func matches(_ template: [Substring], _ parts: [Substring]) -> Bool {
        for (index, component) in template.enumerated() {
            if component == "**" { return parts.count > index }
            guard index < parts.count, component == parts[index] || component == "*" || component.first == "{" else { return false }
        }
        return template.count == parts.count
    }
}
