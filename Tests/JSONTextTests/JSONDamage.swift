import RandomTestSupport

/// Texts that were JSON before something happened to them: the same ones from the same seed everywhere.
struct JSONDamage {
    private var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    private static let samples = [
        #"{"key_alias":"full","models":["mock-gpt"],"max_budget":12.5,"metadata":{"owner":"me","n":[1,-2.5e+3,null,true]}}"#,
        #"["é😀\u00e9\ud83d\ude00\n\"\\",NaN,-Infinity,[[[[]]]],{"a":1,"a":{"b":0}}]"#,
    ].map { Array($0.utf8) }

    private static let alphabet = Array(#"{}[]",:\ud83d0123456789-+.eEtrufalsnNI "#.utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFF]

    mutating func next() -> [UInt8] {
        var bytes = Self.samples.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = bytes.indices.randomElement(using: &generator) ?? 0
            let byte = Self.alphabet.randomElement(using: &generator) ?? 0
            switch UInt8.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = byte
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(byte, at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}
