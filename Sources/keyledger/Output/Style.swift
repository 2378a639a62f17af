/// Colours for people; none where output is not a terminal or NO_COLOR is set.
enum Style {
    case good, warning, bad, faint, strong

    func callAsFunction(_ text: String) -> String {
        Terminal.isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private var code: Int {
        switch self {
        case .good: 32
        case .warning: 33
        case .bad: 31
        case .faint: 2
        case .strong: 1
        }
    }
}
