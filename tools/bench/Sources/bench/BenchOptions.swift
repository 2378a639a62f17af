/// What to measure, and how long.
struct BenchOptions: Sendable {
    enum Part: String, CaseIterable {
        case writes, checks, http, million, charges, spend, rebuild, activity, chargegrowth
    }

    var parts = Set(Part.allCases)
    var runs = 5
    /// Keys that checks choose among.
    var keys = 100_000
    /// Keys of the large ledger, and of the small one that it is compared with.
    var largeKeys = 1_000_000
    var smallKeys = 1_000
    /// Charges of the log that views are rebuilt from.
    var charges = 1_000_000
    /// Callers at a time, and charges in each of their calls.
    var callers = [1, 16, 64]
    var batches = [1, 100, 1_000]
    var isQuick = false
    /// Where ledgers are made; a real disk, since flushes are measured.
    var folder = "/var/tmp"

    init(_ arguments: [String]) throws {
        var parts: Set<Part> = []
        var rest = arguments[...]
        func number() throws -> Int {
            guard let text = rest.popFirst(), let value = Int(text), value > 0 else { throw BenchError("a number must follow") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": makeQuick()
            case "--runs": runs = try number()
            case "--keys": keys = try number()
            case "--large": largeKeys = try number()
            case "--charges": charges = try number()
            case "--callers": callers = [try number()]
            case "--batch": batches = [try number()]
            case "--folder": folder = rest.popFirst() ?? folder
            default:
                guard let part = Part(rawValue: argument) else {
                    throw BenchError("unknown argument \(argument); parts are \(Part.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                parts.insert(part)
            }
        }
        if !parts.isEmpty { self.parts = parts }
    }

    private mutating func makeQuick() {
        isQuick = true
        runs = 3
        keys = 2_000
        largeKeys = 5_000
        charges = 20_000
    }

    /// A length of time for one measurement.
    func seconds(_ usual: Double) -> Double { isQuick ? usual / 5 : usual }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
