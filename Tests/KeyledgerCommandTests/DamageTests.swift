import CommandTestSupport
import Glibc
import JSONText
import RandomTestSupport
import Testing

/// Commands on a folder with damaged pages. liblmdb once aborted them without a word on what is wrong and what to do.
struct DamageTests {
    private static let commands = [["key", "list"], ["events"], ["stat"], ["key", "history", "--alias", "key number 3"]]

    private static func filled() throws -> Sandbox {
        let sandbox = try Sandbox.withLedger()
        for number in 1...12 { try sandbox.run("key", "create", "--alias", "key number \(number)", "--user", "u\(number)") }
        try sandbox.run("key", "rotate", "--alias", "key number 3", "--grace", "1h")
        return sandbox
    }

    private static func expectWords(_ run: Finished, _ what: String, location: SourceLocation = #_sourceLocation) {
        #expect([0, 1, 3, 4].contains(run.status), "\(what): \(run.status) \(run.output)\(run.errors)", sourceLocation: location)
        guard run.status != 0 else { return }
        guard run.status == 3 else { return }
        #expect(run.errors.contains("keyledger-data/log"), "\(what) names no file: \(run.errors)", sourceLocation: location)
    }

    @Test func `a flipped bit gives no command a signal`() throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        let bytes = try #require(Files.bytes(path))
        var random = SplitMix64(seed: 11)
        for turn in 0..<48 {
            var damaged = bytes
            // The heads of pages are where damage leads liblmdb astray.
            let page = Int(random.next() % UInt64(bytes.count / 4_096))
            let place = page * 4_096 + Int(random.next() % (turn % 2 == 0 ? 64 : 4_096))
            damaged[place] ^= UInt8(1 << (random.next() % 8))
            try Files.write(damaged, to: path)
            let arguments = Self.commands[turn % Self.commands.count]
            Self.expectWords(try sandbox.run(arguments), "\(arguments), byte \(place)")
        }
    }

    /// Flags of a page that say it is no branch and no leaf: liblmdb fails an assertion, or says that the page is corrupted.
    @Test func `pages of no kind are told by the file's name, with status 3`() throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        let bytes = try #require(Files.bytes(path))
        var asserted = 0
        for page in 2..<bytes.count / 4_096 {
            for flags: UInt8 in [0x00, 0x01] where bytes[page * 4_096 + 10] != flags {
                var damaged = bytes
                damaged[page * 4_096 + 10] = flags
                try Files.write(damaged, to: path)
                let run = try sandbox.run("key", "list", "--json")
                Self.expectWords(run, "page \(page), flags \(flags)")
                guard run.errors.contains("Assertion") else { continue }
                asserted += 1
                let error = try JSONValue.parse(text: run.errors.trimmed)["error"]
                #expect(run.status == 3 && error?["code"]?.string == "damaged" && error?["exit_status"]?.integer == 3)
                #expect(error?["message"]?.string?.contains("keyledger-data/log/data.mdb") == true)
            }
        }
        #expect(asserted > 0, "no assertion failed, so that the test shows nothing")
    }

    /// A page that the file no longer has is SIGBUS to whoever reads it in the map.
    @Test func `a file cut short under a server ends it with words and status 3`() throws {
        let sandbox = try Self.filled()
        let (server, url) = try sandbox.serve()
        #expect(unsafe truncate(sandbox.data + "/log/data.mdb", 8_192) == 0)
        let master = sandbox.data + "/keys/master.key"
        for alias in ["key number 3", "key number 7"] {
            _ = try sandbox.run("key", "info", "--alias", alias, "--url", url, "--master-key-file", master)
        }
        let ended = server.wait(atMostSeconds: 20)
        #expect(ended.status == 3, "\(ended.errors)")
        #expect(ended.errors.contains("keyledger-data/log/data.mdb is damaged") && ended.errors.contains("fsck"))
    }
}
