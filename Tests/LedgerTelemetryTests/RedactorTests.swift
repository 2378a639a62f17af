import RandomTestSupport
import Testing

@testable import LedgerTelemetry

struct RedactorTests {
    private static let secret = "sk-C656Jnq78cSTxsxOIUf50A"

    @Test(arguments: [
        ("", ""), ("nothing to hide", "nothing to hide"), ("\(secret)", "sk-...f50A"),
        ("GET /key/\(secret)/regenerate 200", "GET /key/sk-...f50A/regenerate 200"),
        ("/key/info?key=\(secret)&a=1", "/key/info?key=sk-...f50A&a=1"),
        ("Authorization: Bearer \(secret)", "Authorization: Bearer sk-...f50A"),
        ("authorization: \(secret)", "authorization: sk-...f50A"), ("Bearer abc.def/ghi, next", "Bearer ***, next"),
        ("bearer%20abc", "bearer%20***"),
        ("BEARER+abc", "BEARER+***"), ("Basic dXNlcjpwYXNz", "Basic ***"), (#"{"key":"\#(secret)"}"#, #"{"key":"sk-...f50A"}"#),
        (#"{"key":"sk-ab/cd?ef&gh/0123456789"}"#, #"{"key":"sk-...6789"}"#), (#"{\"key\":\"\#(secret)\"}"#, #"{\"key\":\"sk-...f50A\"}"#),
        ("the key \(secret).", "the key sk-...f50A."), ("keys: \(secret),\(secret)", "keys: sk-...f50A,sk-...f50A"),
        ("(\(secret))", "(sk-...f50A)"),
        ("/key/%73k-C656Jnq78cSTxsxOIUf50A", "/key/sk-...f50A"), ("/key/sk%2DC656Jnq78cSTxsxOIUf50A/x", "/key/sk-...f50A/x"),
        ("/key/sk%252dC656Jnq78cSTxsxOIUf50A/x", "/key/sk-...f50A/x"), ("/key/sk-C656Jnq78cSTxsxOIUf5%30%41/x", "/key/sk-...f50A/x"),
        ("/key/sk-ab%2Fcd%26ef%3Fgh0123456789/x", "/key/sk-...6789/x"), (#"sk\u002dC656Jnq78cSTxsxOIUf50A"#, "sk-...f50A"),
        (#""sk-ab\/cdefghijklm0123""#, #""sk-...0123""#), ("sk-1234", "sk-..."), ("key=sk-1234&x", "key=sk-...&x"),
        ("sk-C656Jnq78cSTxsxOIUf5é", "sk-...f5**"), ("x-api-key: hunter2 x", "x-api-key: *** x"),
        ("X-LiteLLM-API-Key: hunter2", "X-LiteLLM-API-Key: ***"),
        ("x-goog-api-key=a/b&c=d", "x-goog-api-key=***&c=d"), (#"{"api_key": "hunter 2"}"#, #"{"api_key": "***"}"#),
        ("Ocp-Apim-Subscription-Key: hunter2", "Ocp-Apim-Subscription-Key: ***"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=x", "Authorization: ***"),
        ("?key=hunter2&page=2", "?key=***&page=2"), ("?keys=hunter2", "?keys=***"), ("asksk-C656Jnq78cSTxsxOIUf50A", "asksk-...f50A"),
        ("LITELLM_MASTER_KEY=hunter2", "LITELLM_MASTER_KEY=***"),
    ]) func `what looks like a secret is masked`(text: String, expected: String) {
        #expect(Redactor.redact(text) == expected)
        #expect(Redactor.redact(expected) == expected)
    }

    @Test(arguments: [
        "sk-...f50A", "key_name sk-...f50A, revision 3", "sk-", "expected to start with 'sk-'.", "a task-force on disk-usage", "risk-free",
        "Ensure Key has `Bearer ` prefix.", "Bearer", "Bearer ", "100% of sk", "%", "%7", "%zz", "\\u", "\\u00", "keyboard=x", "monkey=1",
        "key alias: prod",
        "?key=786b9fa01c58c34a7503018ee3b68e34ebf8aaa8c9e9e3e2f8ff8b9130618c2d&a=b",
        "token=786b9fa01c58c34a7503018ee3b68e34ebf8aaa8c9e9e3e2f8ff8b9130618c2d",
        "caf\u{E9} cafe\u{301} 💸", "key=", "authorization header missing", "x-api-key",
    ]) func `what is no secret stays as it is`(text: String) {
        #expect(Redactor.redact(text).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test(arguments: [
        ("", "***"), ("hunter2-hunter2-hunter2", "***"), ("sk-", "sk-..."), ("sk-1234", "sk-..."), ("sk-34567890abcd", "sk-..."),
        ("sk-34567890abcdef", "sk-...cdef"), ("sk-34567890abcd\n ", "sk-...cd**"),
    ]) func `a display form shows the last four of a long secret and nothing of a short one`(secret: String, expected: String) {
        #expect(Redactor.displayForm(of: secret) == expected)
    }

    @Test(arguments: [
        ("Authorization", true), ("x-api-key", true), ("X_API_KEY", true), ("api-key", true), ("Ocp-Apim-Subscription-Key", true),
        ("client_secret", true),
        ("master_key", true), ("key_id", false), ("key", false), ("alias", false), ("token", false),
    ]) func `fields that are secret by name are known`(name: String, isSensitive: Bool) {
        #expect(Redactor.isSensitive(name: name) == isSensitive)
    }

    @Test(arguments: UInt64(1)...60) func `no planted secret survives, in any place and spelling`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            let secret = random.secret()
            let (before, after) = random.pick(Self.places)
            let planted = random.percentEncoded(secret)
            let text = before + planted + after
            let redacted = Redactor.redact(text)
            expectNothing(of: secret, in: redacted, from: text)
            #expect(Redactor.redact(redacted) == redacted, "\(text)")
        }
    }

    @Test(arguments: UInt64(1)...60) func `a secret that the caller knows is masked whatever its characters are`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            var secret = random.secret("abcXYZ0189 /?&#\"'`,;:<>[]{}|\\%\n\té💸")
            if Bool.random(using: &random) { secret = String(secret.dropFirst(3)) }
            let (before, after) = random.pick(Self.places)
            let planted = Bool.random(using: &random) ? secret : random.fullyEncoded(secret)
            let text = before + planted + after
            expectNothing(of: secret, in: Redactor.redact(text, knowing: ["", secret]), from: text)
        }
    }

    @Test(arguments: UInt64(1)...20) func `two secrets side by side both go`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            let (first, second) = (random.secret(), random.secret())
            let separator = random.pick([" ", ",", "/", "&key=", "\n", "\"", "?", "%26", "%20", ";Bearer "])
            let text = "x " + random.percentEncoded(first) + separator + random.percentEncoded(second)
            let redacted = Redactor.redact(text)
            expectNothing(of: first, in: redacted, from: text)
            expectNothing(of: second, in: redacted, from: text)
        }
    }

    @Test(arguments: UInt64(1)...20) func `any bytes are redacted without harm`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pieces = [
            "sk-", "%", "%2", "%25", "%73", "\\", "\\u", "\\u0073", "Bearer", " ", "authorization", ":", "=", "key=", "\"", "'", ".", "abc",
            "é", "\n", "...", "*",
        ]
        for _ in 0..<200 {
            let text = (0..<12).map { _ in random.pick(pieces) }.joined()
            let once = Redactor.redact(text)
            #expect(Redactor.redact(once) == once, "\(text)")
        }
    }

    private static let places: [(String, String)] = [
        ("", ""), ("GET /key/", "/regenerate HTTP/1.1"), ("/key/info?key=", "&page=2"), ("/key/info?page=2&key=", ""),
        ("{\"key\":\"", "\"}"),
        ("key '", "' not found"), ("Authorization: Bearer ", ""), ("authorization: ", " x"), ("x-api-key: ", ", accept: */*"),
        ("see ", " there"),
        ("(", ")"), ("a%20", "%20b"), ("%2Fkey%2F", "%2Fregenerate"), ("redirect=%2Fkey%3Fkey%3D", "%26x"), ("path=/key/", "?x"),
        ("`", "`"),
        ("caf\u{E9}", ""), ("[", "]"), ("<", ">"), ("key:", ""), ("word", " after"), ("\\\"", "\\\""),
    ]

    /// No eight characters in a row of the secret are left, however the text is unescaped; the display form shows four.
    private func expectNothing(of secret: String, in redacted: String, from text: String) {
        for view in [Array(redacted.utf8), Self.unescaped(redacted)] {
            let left = Self.windows(Array(secret.utf8)).intersection(Self.windows(view))
            #expect(left.isEmpty, "of \(secret) in \(redacted), made of \(text)")
        }
    }

    /// Every eight bytes in a row.
    private static func windows(_ bytes: [UInt8]) -> Set<UInt64> {
        var result: Set<UInt64> = []
        var window: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            window = window << 8 | UInt64(byte)
            if index >= 7 { result.insert(window) }
        }
        return result
    }

    private static func unescaped(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        while let start = bytes.indices.first(where: {
            bytes[$0] == 0x25 && $0 + 2 < bytes.count && value(bytes[($0 + 1)...($0 + 2)]) != nil
        }) {
            let byte = value(bytes[(start + 1)...(start + 2)]) ?? 0
            bytes.replaceSubrange(start...(start + 2), with: [byte == 0x25 ? 0x25 : byte])
        }
        return bytes
    }

    private static func value(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.allSatisfy({ $0 != 0x2B && $0 != 0x2D }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

extension SplitMix64 {
    /// The text with every byte as a percent escape.
    func fullyEncoded(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }
}
