import CommandTestSupport
import Glibc
import JSONText
import RandomTestSupport
import Testing

/// fsck on what is well, and on every kind of damage: an answer each time, never a crash loop, never a hang.
struct FsckTests {
    private static func filled() throws -> Sandbox {
        let sandbox = try Sandbox.withLedger()
        for number in 1...12 {
            try sandbox.run("key", "create", "--alias", "key number \(number)", "--team", "t\(number % 3)", "--user", "u\(number)")
        }
        try sandbox.run("key", "rotate", "--alias", "key number 3", "--grace", "1h")
        try sandbox.run("key", "delete", "--alias", "key number 4")
        return sandbox
    }

    @Test func `a ledger that is well says what was looked at`() throws {
        let sandbox = try Self.filled()
        let report = try sandbox.json("fsck")
        #expect(report["ok"]?.bool == true)
        #expect(report["log"]?["events"]?.integer == 27)
        #expect(report["keys"]?["digest"] == report["keys"]?["fresh_digest"])
        let text = try sandbox.run("fsck", "keyledger-data")
        #expect(text.status == 0 && text.output.contains("OK"))
    }

    @Test(arguments: [0, 1, 100, 4_095, 4_096, 8_192, 20_000])
    func `a truncated file is an integrity violation`(_ size: Int) throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        let bytes = try #require(Files.bytes(path))
        try Files.write(Array(bytes.prefix(size)), to: path)
        let run = try sandbox.run("fsck", "--patience", "20")
        #expect(run.status == 3, "\(run.output)\(run.errors)")
        #expect(run.errors.contains("data.mdb") || run.errors.contains("log"), "names the file: \(run.errors)")
        #expect(try sandbox.run("key", "create", "--alias", "x").status != 0, "nothing is written to it")
    }

    @Test func `a flipped byte is found or lies in no live page`() throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        let bytes = try #require(Files.bytes(path))
        var random = SplitMix64(seed: 7)
        var found = 0
        let tries = 40
        for _ in 0..<tries {
            var damaged = bytes
            let place = Int(random.next() % UInt64(bytes.count))
            let bit = UInt8(1 << (random.next() % 8))
            damaged[place] ^= bit
            try Files.write(damaged, to: path)
            let run = try sandbox.run("fsck", "--patience", "20")
            #expect(run.status == 0 || run.status == 3, "byte \(place), bit \(bit): \(run.status) \(run.output)\(run.errors)")
            if run.status == 3 {
                found += 1
                #expect(!run.output.isEmpty || !run.errors.isEmpty)
            }
        }
        try Files.write(bytes, to: path)
        #expect(try sandbox.run("fsck").status == 0)
        #expect(found > 0, "no flip of \(tries) was found, so that the test shows nothing")
    }

    @Test func `text changed in the record of an event is found at its position`() throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        var bytes = try #require(Files.bytes(path))
        let wanted = Array("key number 7".utf8)
        for place in bytes.indices.dropLast(wanted.count) where Array(bytes[place..<place + wanted.count]) == wanted {
            bytes[place + wanted.count - 1] = UInt8(ascii: "9")
        }
        try Files.write(bytes, to: path)
        let run = try sandbox.run("fsck")
        #expect(run.status == 3)
        #expect(run.output.contains("position"))
    }

    @Test func `text changed in the key tables alone is found, and a rebuild makes it good`() throws {
        let sandbox = try Self.filled()
        // An alias of a deleted key stands in the log once and in the key tables twice; the log's is the first that was written.
        let path = sandbox.data + "/log/data.mdb"
        let bytes = try #require(Files.bytes(path))
        let wanted = Array("key number 12".utf8)
        let places = bytes.indices.dropLast(wanted.count).filter {
            bytes[$0] == wanted[0] && Array(bytes[$0..<$0 + wanted.count]) == wanted
        }
        var repaired = 0
        for place in places {
            var damaged = bytes
            damaged[place + wanted.count - 1] = UInt8(ascii: "7")
            try Files.write(damaged, to: path)
            let run = try sandbox.run("fsck")
            #expect(run.status == 0 || run.status == 3)
            guard run.status == 3, run.output.contains("rebuild") else { continue }
            #expect([0, 3].contains(try sandbox.run("rebuild").status))
            #expect(try sandbox.run("fsck").status == 0)
            #expect(try sandbox.run("key", "info", "--alias", "key number 12").status == 0)
            repaired += 1
        }
        #expect(repaired > 0, "\(places.count) places")
    }

    /// A server makes a ledger where there is none. A damaged one must not look like none: the new one would be written over it.
    @Test func `a ledger whose format row is gone is damaged, and is not made anew`() throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        var bytes = try #require(Files.bytes(path))
        let wanted = Array("formatKEYLEDGR".utf8)
        for place in bytes.indices.dropLast(wanted.count) where Array(bytes[place..<place + wanted.count]) == wanted {
            bytes[place] = UInt8(ascii: "x")
        }
        try Files.write(bytes, to: path)
        for arguments in [["fsck"], ["key", "list"], ["key", "create"], ["rebuild"], ["init"], ["serve", "--listen", "127.0.0.1:0"]] {
            let run = try sandbox.run(arguments)
            #expect(run.status == 3, "\(arguments): \(run.errors)")
            #expect(run.errors.contains("data.mdb"))
        }
        #expect(Files.bytes(path) == bytes)
    }

    /// What stood in `log/` was once what a killed `init` had left there: an empty file that no later start would touch.
    @Test(arguments: [[], ["data.mdb"], ["data.mdb", "lock.mdb"]])
    func `a ledger whose making was cut short is made anew`(_ left: [String]) throws {
        let sandbox = try Sandbox()
        for folder in ["", "/log.new"] { #expect(unsafe mkdir(sandbox.data + folder, 0o700) == 0) }
        for file in left { try Files.write([], to: sandbox.data + "/log.new/" + file) }
        #expect(try sandbox.run("key", "list").status == 4)
        let (server, _) = try sandbox.serve()
        #expect(try sandbox.run("key", "create", "--alias", "ci").status == 0)
        server.signal(15)
        #expect(server.wait().status == 0)
        #expect(try sandbox.run("fsck").status == 0)
        #expect(!Files.exists(sandbox.data + "/log.new"))
    }

    @Test func `a ledger whose file is gone or empty is damaged, and is not made anew`() throws {
        let sandbox = try Self.filled()
        let path = sandbox.data + "/log/data.mdb"
        try Files.write([], to: path)
        for isThere in [true, false] {
            if !isThere { #expect(unsafe unlink(path) == 0) }
            for arguments in [["fsck"], ["key", "list"], ["key", "create"], ["rebuild"], ["init"], ["serve", "--listen", "127.0.0.1:0"]] {
                let run = try sandbox.run(arguments)
                #expect(run.status == 3, "\(arguments): \(run.errors)")
                #expect(run.errors.contains("data.mdb"))
            }
            #expect(Files.exists(path) == isThere)
        }
    }
}
