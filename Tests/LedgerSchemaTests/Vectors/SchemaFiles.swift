import FoundationEssentials

/// The files under `Schemas/`, found from where this file lies.
enum SchemaFiles {
    static let folder = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Schemas/"

    static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: folder + path))) }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder + path) }

    static func names(in path: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder + path).sorted() }

    static func write(_ text: String, to path: String) throws {
        let place = folder + path
        let parent = place.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: place))
    }
}
