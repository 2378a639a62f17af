import LedgerSchema
import MerkleTree

/// What stands behind the codes of a segment's keys: texts and unknown tokens in the order in which they came.
struct SegmentNames: Sendable {
    private(set) var texts: [String] = []
    private(set) var tokens: [Token] = []
    /// SHA-256 of the texts.
    private(set) var hashes: [Hash32] = []
    // By bytes: texts that look alike are different names.
    private var codes: [[UInt8]: UInt32] = [:]
    private var ordinals: [Token: UInt32] = [:]

    mutating func code(of text: String) -> UInt32 {
        let bytes = Array(text.utf8)
        if let code = codes[bytes] { return code }
        let code = RollupKey.textCode + UInt32(texts.count)
        texts.append(text)
        hashes.append(Hash32.sha256(bytes))
        codes[bytes] = code
        return code
    }

    mutating func ordinal(of token: Token) -> UInt32 {
        if let ordinal = ordinals[token] { return ordinal }
        let ordinal = UInt32(tokens.count)
        tokens.append(token)
        ordinals[token] = ordinal
        return ordinal
    }

    func ordinal(ofKnown token: Token) -> UInt32? { ordinals[token] }

    /// SHA-256 of the text that a code stands for.
    func hash(of code: UInt32) -> Hash32 { hashes[Int(code - RollupKey.textCode)] }

    /// The name as model budgets compare it.
    func charged(_ code: UInt32) -> ChargedName {
        if code == 0 { return .none }
        return code < RollupKey.textCode ? .number(code) : .text(hash: LimitID.hash(of: hash(of: code)))
    }
}
