package import LedgerSchema
import Synchronization

/// What stands for the names of models and model groups in model budgets, by their numbers. A number never changes its name, so that
/// each is looked up once.
package final class ModelNames: Sendable {
    private let name: @Sendable (NameKind, UInt32) throws -> String?
    private let hashes = Mutex<[NameKind: [UInt32: UInt64]]>([:])

    /// - Parameter name: reads a name from the key tables; `nil` if there is none.
    package init(_ name: @escaping @Sendable (NameKind, UInt32) throws -> String?) { self.name = name }

    /// ``LimitID/hash(of:)`` of a name; `nil` for none.
    package func hash(of charged: ChargedName, _ kind: NameKind) throws -> UInt64? {
        switch charged {
        case .none: return nil
        case .text(let hash): return hash
        case .number(let number):
            if let known = hashes.withLock({ $0[kind]?[number] }) { return known }
            guard let text = try name(kind, number) else { return nil }
            let hash = LimitID.hash(of: text)
            hashes.withLock { $0[kind, default: [:]][number] = hash }
            return hash
        }
    }
}
