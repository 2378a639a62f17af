import FoundationEssentials
import SwiftProtobuf

extension Message {
    /// Reads a message and refuses critical fields that this version does not know.
    init(reading bytes: [UInt8], name: String) throws(SchemaError) {
        do {
            try self.init(serializedBytes: bytes)
        } catch {
            throw SchemaError(.malformed, "the bytes are no \(name). The file is damaged; restore a backup.")
        }
        if let finding = UnknownFieldFinder.firstCritical(in: self) {
            throw SchemaError(
                .unknownField, "field \(finding.number) of \(finding.message) is not known to this version. Upgrade keyledger.")
        }
    }

    /// The canonical bytes: fields in ascending order, defaults left out (no message of ours has a map).
    var bytes: [UInt8] {
        // Serialization fails only for a missing required field, which proto3 does not have.
        (try? serializedBytes()) ?? []
    }
}
