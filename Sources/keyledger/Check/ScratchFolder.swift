import Glibc

/// A temporary folder of the parent's, so that nothing stays behind when the check itself crashes.
final class ScratchFolder {
    let path: String

    /// - Throws: if it cannot be made in `parent`.
    init(in parent: String) throws {
        var template = Array("\(parent)/keyledger-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw CommandError.failed(
                "No temporary folder can be made in \(parent): \(SystemError.text). Name another with --temporary-folder.")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes what the check leaves.
    func remove() { Self.remove(path) }

    private static func remove(_ folder: String) {
        for name in (try? FolderListing.names(in: folder)) ?? [] where unsafe unlink("\(folder)/\(name)") != 0 {
            remove("\(folder)/\(name)")
        }
        unsafe rmdir(folder)
    }
}
