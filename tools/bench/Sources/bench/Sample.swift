import Glibc

/// Values of several runs.
struct Sample {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    var median: Double { quantile(0.5) }

    func quantile(_ part: Double) -> Double {
        guard let last = sorted.indices.last else { return .nan }
        return sorted[Int((Double(last) * part).rounded())]
    }

    /// `1.234 (1.1 … 1.4)`
    func text(digits: Int) -> String {
        guard sorted.count > 1, let first = sorted.first, let last = sorted.last else { return Self.text(median, digits) }
        return "\(Self.text(median, digits)) (\(Self.text(first, digits)) … \(Self.text(last, digits)))"
    }

    /// So many significant digits, thousands set apart.
    static func text(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "–" }
        let magnitude = value == 0 ? 0 : Int(log10(abs(value)).rounded(.down))
        let decimals = max(0, digits - 1 - magnitude)
        let scale = pow(10, Double(decimals))
        let rounded = (value * scale).rounded() / scale
        guard decimals > 0 else { return grouped(Int(rounded)) }
        var fraction = String(Int(((abs(rounded) - abs(rounded).rounded(.down)) * scale).rounded()))
        while fraction.count < decimals { fraction = "0" + fraction }
        return grouped(Int(rounded.rounded(.towardZero))) + "." + fraction
    }

    private static func grouped(_ number: Int) -> String {
        var digits = String(abs(number))
        var result = ""
        while digits.count > 3 {
            result = "," + digits.suffix(3) + result
            digits = String(digits.dropLast(3))
        }
        return (number < 0 ? "-" : "") + digits + result
    }
}
