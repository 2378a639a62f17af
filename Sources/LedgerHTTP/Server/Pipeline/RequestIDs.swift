import LedgerTelemetry
import Synchronization

/// Makes and judges the names of requests.
package final class RequestIDs: Sendable {
    private let process: String
    private let counter = Atomic<UInt64>(0)

    package init(process: UInt64 = .random(in: .min ... .max)) {
        self.process = Self.hex(process)
    }

    /// A new id, 32 hexadecimal digits: half of it names this process, half counts.
    package func next() -> String {
        process + Self.hex(counter.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Whether the id that a client sent is one to repeat: 1–128 letters, digits and `-_.:/+=@~` that do not look like a secret.
    package static func isAcceptable(_ id: String) -> Bool {
        let bytes = id.utf8
        return !bytes.isEmpty && bytes.count <= 128 && bytes.allSatisfy(isAcceptable) && Redactor.redact(id) == id
    }

    private static func isAcceptable(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"): true
        case UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "~"): true
        default: false
        }
    }

    private static func hex(_ value: UInt64) -> String {
        unsafe String(unsafeUninitializedCapacity: 16) { digits in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
                unsafe digits[index] = digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
            }
            return 16
        }
    }
}
