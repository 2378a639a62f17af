import HTTPTypes
import Hummingbird
import JSONText
import Ledger

/// A request that changes something: who sent it, under which id, with which note.
struct CommandCall {
    let caller: AuthenticatedCaller
    private let request: Request
    private let context: LedgerRequestContext
    let idempotency: Idempotency?

    /// - Parameters:
    ///   - route: the route's template.
    ///   - path: the values of its parameters.
    init(
        _ request: Request, _ context: LedgerRequestContext, caller: AuthenticatedCaller, route: String, path: [String] = [],
        body: JSONObject?
    ) throws {
        self.request = request
        self.context = context
        self.caller = caller
        idempotency = try Idempotency(
            request.headers, caller: caller,
            NormalisedRequest(
                method: request.method.rawValue, route: route, values: path + context.query.parameters.sortedParts,
                body: body.map { .object($0) }))
    }

    var isIdempotent: Bool { idempotency != nil }

    /// What the caller says about the change in the headers.
    var note: NoteSlot {
        let fields = request.headers
        return NoteSlot(reason: fields[.reason], changeRef: fields[.changeRef], onBehalfOf: fields[.changedBy])
    }

    var origin: OriginSlot { OriginSlot(ip: context.remoteAddress?.ipAddress, userAgent: request.headers[.userAgent]) }

    var source: Source { Source(requestID: context.requestID, traceparent: request.headers[.traceparent] ?? "") }

    /// Does the command; its events are flushed when this returns.
    ///
    /// - Throws: `APIError` for what the ledger as a whole could not do; refused items are in the receipt.
    func execute(_ items: [KeyCommand], on ledger: Ledger) async throws -> Receipt {
        let command = CommandRequest(
            items: items, caller: caller.caller, origin: origin, note: note, source: source, idempotency: idempotency)
        do {
            return try await ledger.execute(command)
        } catch let error as LedgerError {
            throw APIError(error)
        }
    }
}

extension QueryParameters {
    /// Names and values, each a part of its own, in the order of their bytes.
    var sortedParts: [String] {
        items.sorted { a, b in
            let (first, second) = (a.name.utf8, b.name.utf8)
            if first.elementsEqual(second) { return a.value.utf8.lexicographicallyPrecedes(b.value.utf8) }
            return first.lexicographicallyPrecedes(second)
        }.flatMap { [$0.name, $0.value] }
    }
}

extension Receipt {
    /// The one item of a command that has one.
    ///
    /// - Throws: the refusal as the route words it.
    func single(_ route: KeyRoute) throws -> (view: KeyView, events: [EventType]) {
        switch items.first {
        case .done(let view, let events): return (view, events)
        case .refused(let rejection): throw APIError(rejection, on: route)
        case nil: throw APIError.unforeseen(nil)
        }
    }

    func response(_ bytes: [UInt8]) -> Response {
        var response = Response.json(bytes)
        response.setPosition(position.value)
        return response
    }
}
