import MerkleTree
import Testing

struct CheckpointTests {
    /// The example of C2SP tlog-checkpoint.
    private static let exampleText = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    private static let exampleSignature =
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"

    @Test func `the example of the specification is read and written back`() throws {
        let note = try SignedNote(parsing: Self.exampleText + "\n" + Self.exampleSignature)
        let checkpoint = try Checkpoint(parsing: note.text)
        #expect(checkpoint.origin == "example.com/behind-the-sofa")
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.root.hex == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
        #expect(checkpoint.extensions.isEmpty)
        #expect(checkpoint.text == Self.exampleText)
        #expect(note.encoded == Self.exampleText + "\n" + Self.exampleSignature)
    }

    @Test func `a signed checkpoint is opened with the log's key alone`() throws {
        let signer = try NoteSigner(generatingKeyNamed: "example.com/log")
        let checkpoint = try Checkpoint(origin: "example.com/log", size: 3, root: .sha256("root".utf8), extensions: ["one", "two"])
        let bytes = Array(try checkpoint.signed(by: [signer]).encoded.utf8)
        #expect(try Checkpoint(opening: bytes, origin: "example.com/log", verifiers: [signer.verifier]) == checkpoint)
        let stranger = try NoteSigner(generatingKeyNamed: "example.com/log")
        let unsigned = #expect(throws: MerkleError.self) {
            _ = try Checkpoint(opening: bytes, origin: "example.com/log", verifiers: [stranger.verifier])
        }
        #expect(unsigned?.code == .signatureMissing)
        let misplaced = #expect(throws: MerkleError.self) {
            _ = try Checkpoint(opening: bytes, origin: "example.com/other", verifiers: [signer.verifier])
        }
        #expect(misplaced?.code == .originMismatch)
    }

    @Test func `an origin that only looks the same is another origin`() throws {
        let (composed, decomposed) = ("caf\u{E9}.example", "cafe\u{301}.example")
        let signer = try NoteSigner(generatingKeyNamed: composed)
        let checkpoint = try Checkpoint(origin: composed, size: 0, root: MerkleTree.emptyRoot)
        let bytes = Array(try checkpoint.signed(by: [signer]).encoded.utf8)
        #expect(throws: MerkleError.self) { _ = try Checkpoint(opening: bytes, origin: decomposed, verifiers: [signer.verifier]) }
        #expect(try checkpoint != Checkpoint(origin: decomposed, size: 0, root: MerkleTree.emptyRoot))
    }

    @Test(arguments: [
        "", "\n", "\n\n\n", "a\n1\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n 1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1.0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n0x1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n٣\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1\n\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", "a\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nx\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nx\n\n",
        "a\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\r\n1\r\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\r\n",
    ]) func `a malformed checkpoint is refused`(text: String) {
        let error = #expect(throws: MerkleError.self) { _ = try Checkpoint(parsing: text) }
        #expect(error?.code == .noteMalformed)
    }

    @Test(arguments: [("", [String]()), ("a\nb", []), ("a", [""]), ("a", ["x\ny"]), ("a\r", [])])
    func `a checkpoint that could not be read back is not made`(origin: String, extensions: [String]) {
        #expect(throws: MerkleError.self) { _ = try Checkpoint(origin: origin, size: 1, root: .zero, extensions: extensions) }
    }

    @Test(arguments: [0, 1, 9, 10, UInt64.max]) func `sizes from zero to the largest are written as plain numbers`(size: UInt64) throws {
        let root = size == 0 ? MerkleTree.emptyRoot : Hash32.zero
        let checkpoint = try Checkpoint(origin: "a", size: size, root: root)
        #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
    }
}
