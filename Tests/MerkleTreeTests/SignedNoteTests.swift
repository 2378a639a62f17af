import MerkleTree
import Testing

/// The published note of the signed-note reference implementation: PeterNeumann's and EnochRoot's keys.
enum NoteVectors {
    static let peterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let peterSignerKey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let enochKey = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    static let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    static let peter = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    static let enoch = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
    /// Well-formed base64 with three more bytes in it.
    static let damagedPeter = peter.replacing("x08go/ZJkuBS9UG/", with: "x08go/ZJkuBS9UG/ABCD")
    static let damagedEnoch = enoch.replacing("rwz+eBzmZa0SO3Nb", with: "rwz+eBzmZa0SO3NbABCD")
}

struct SignedNoteTests {
    private let peter: NoteVerifier
    private let enoch: NoteVerifier

    init() throws {
        peter = try NoteVerifier(verifierKey: NoteVectors.peterKey)
        enoch = try NoteVerifier(verifierKey: NoteVectors.enochKey)
    }

    @Test func `signing the published text with the published key gives the published note`() throws {
        let signer = try NoteSigner(signerKey: NoteVectors.peterSignerKey)
        let note = try SignedNote(text: NoteVectors.text, signers: [signer])
        #expect(note.encoded == NoteVectors.text + "\n" + NoteVectors.peter)
        #expect(signer.verifier == peter)
        #expect(signer.signerKey == NoteVectors.peterSignerKey)
        #expect(peter.verifierKey == NoteVectors.peterKey)
    }

    @Test func `known signatures are verified, unknown ones ignored`() throws {
        let note = try SignedNote(parsing: NoteVectors.text + "\n" + NoteVectors.peter + NoteVectors.enoch)
        #expect(note.text == NoteVectors.text)
        #expect(note.signatures.map(\.name) == ["PeterNeumann", "EnochRoot"])
        #expect(note.signatures.map(\.keyID) == [0xc74f_20a3, 0xaf0c_fe78])
        #expect(try note.verified(by: [peter]).map(\.name) == ["PeterNeumann"])
        #expect(try note.verified(by: [enoch, peter, enoch]).map(\.name) == ["PeterNeumann", "EnochRoot"])
        let error = #expect(throws: MerkleError.self) { _ = try note.verified(by: []) }
        #expect(error?.code == .signatureMissing)
        #expect(note.encoded == NoteVectors.text + "\n" + NoteVectors.peter + NoteVectors.enoch)
    }

    @Test func `a repeated signature counts once and a damaged one of an unknown key is nothing`() throws {
        let lines = NoteVectors.peter + NoteVectors.peter + NoteVectors.enoch + NoteVectors.damagedEnoch
        let note = try SignedNote(parsing: NoteVectors.text + "\n" + lines)
        #expect(try note.verified(by: [peter]).count == 1)
        let error = #expect(throws: MerkleError.self) { _ = try note.verified(by: [peter, enoch]) }
        #expect(error?.code == .signatureInvalid)
    }

    @Test(arguments: [NoteVectors.damagedPeter, NoteVectors.peter + NoteVectors.damagedPeter, NoteVectors.damagedPeter + NoteVectors.peter])
    func `one wrong signature of a known key refuses the whole note`(lines: String) throws {
        let note = try SignedNote(parsing: NoteVectors.text + "\n" + lines)
        let error = #expect(throws: MerkleError.self) { _ = try note.verified(by: [peter]) }
        #expect(error?.code == .signatureInvalid)
    }

    @Test func `every changed byte of a note is refused`() throws {
        let bytes = Array((NoteVectors.text + "\n" + NoteVectors.peter).utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: changed).verified(by: [peter]) }
        }
    }

    @Test func `every cut of a note is refused`() throws {
        let bytes = Array((NoteVectors.text + "\n" + NoteVectors.peter).utf8)
        for count in bytes.indices {
            #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: Array(bytes.prefix(count))).verified(by: [peter]) }
        }
    }

    private static let whole = NoteVectors.text + "\n" + NoteVectors.peter

    private static let malformed: [String] = [
        "", "\n", "\n\n", NoteVectors.text, "\(NoteVectors.text)\n", String(whole.dropLast()), "\u{1}\(whole)", "\t\(whole)",
        whole.replacing("— PeterNeumann", with: "— Bad Name"), whole.replacing("— PeterNeumann", with: "— Bad+Name"),
        whole.replacing("— PeterNeumann", with: "— Bad\u{A0}Name"), whole.replacing("— PeterNeumann", with: "— "),
        whole.replacing("— ", with: "- "), whole.replacing("— ", with: "—"), whole.replacing("AM=", with: "AN="),
        whole.replacing("AM=", with: "AM"), whole.replacing("=\n", with: "= \n"), "\(whole)Unexpected line.\n", "\(whole)\n",
        "\(NoteVectors.text)\n— PeterNeumann x08gow==\n", whole.replacing("\n", with: "\r\n"),
    ]

    @Test(arguments: malformed) func `a malformed note is refused when it is read`(note: String) {
        let error = #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: note) }
        #expect(error?.code == .noteMalformed)
    }

    @Test func `bytes that are not UTF-8, too many lines and too many bytes are refused`() throws {
        let note = Array((NoteVectors.text + "\n" + NoteVectors.peter).utf8)
        #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: [0xFF] + note) }
        #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: [0xC0, 0x80] + note) }
        let many = String(repeating: NoteVectors.peter, count: 101)
        #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: NoteVectors.text + "\n" + many) }
        let hundred = String(repeating: NoteVectors.peter, count: 100)
        #expect(try SignedNote(parsing: NoteVectors.text + "\n" + hundred).verified(by: [peter]).count == 1)
        #expect(throws: MerkleError.self) { _ = try SignedNote(parsing: Array(repeating: 0x61, count: 1 << 20) + note) }
    }

    @Test func `the last empty line ends the text`() throws {
        let signer = try NoteSigner(generatingKeyNamed: "example.com/log")
        for text in ["a\n\nb\n", "a\n\n", "\n", "— x y\n", "a\n\n— PeterNeumann AAAAAAA=\n"] {
            let note = try SignedNote(text: text, signers: [signer])
            let read = try SignedNote(parsing: note.encoded)
            #expect(read.text == text)
            #expect(try read.verified(by: [signer.verifier]).count == 1)
        }
    }

    @Test(arguments: ["", "abc", "a\r\n", "a\tb\n", "a\u{0}\n"]) func `a text that no note can have is not signed`(text: String) throws {
        let signer = try NoteSigner(generatingKeyNamed: "example.com/log")
        #expect(throws: MerkleError.self) { _ = try SignedNote(text: text, signers: [signer]) }
    }

    @Test func `signing again replaces the signature`() throws {
        let signer = try NoteSigner(signerKey: NoteVectors.peterSignerKey)
        var note = try SignedNote(parsing: NoteVectors.text + "\n" + NoteVectors.damagedPeter + NoteVectors.enoch)
        try note.addSignature(of: signer)
        #expect(note.encoded == NoteVectors.text + "\n" + NoteVectors.enoch + NoteVectors.peter)
    }
}
