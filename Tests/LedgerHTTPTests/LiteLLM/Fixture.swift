import FoundationEssentials
import JSONText

/// A JSON file beside the tests.
enum Fixture {
    static func load(_ name: String) throws -> JSONValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return try JSONValue.parse([UInt8](Data(contentsOf: folder.appending(path: "Fixtures/\(name).json"))))
    }
}
