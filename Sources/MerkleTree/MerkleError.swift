/// What went wrong in a tree, a proof, a tile or a signed note.
///
/// Messages say what to do and never hold key material.
public struct MerkleError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, stable for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// An argument lies outside the tree: an index at or beyond the size, or sizes in the wrong order.
        case outOfRange = "out_of_range"
        /// The node reader failed or had no hash for a node that the tree must have.
        case nodeMissing = "node_missing"
        /// A proof does not lead from the given hash to the given root.
        case proofInvalid = "proof_invalid"
        /// A tile path or an entry bundle is not in the form of C2SP tlog-tiles.
        case tileMalformed = "tile_malformed"
        /// A note, a signature line or a checkpoint is not in the form of C2SP signed-note or tlog-checkpoint.
        case noteMalformed = "note_malformed"
        /// A verifier key, signer key or key name is not usable.
        case keyMalformed = "key_malformed"
        /// A signature of a known key does not fit the text.
        case signatureInvalid = "signature_invalid"
        /// No signature of a known key is on the note.
        case signatureMissing = "signature_missing"
        /// A checkpoint is another log's.
        case originMismatch = "origin_mismatch"
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do about it.
    public let message: String
    /// The failure below this one, if a node reader threw.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Code, message and cause in one line.
    public var description: String {
        guard let cause else { return "\(code.rawValue): \(message)" }
        return "\(code.rawValue): \(message) (\(cause))"
    }
}
