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

    /// Removes what the check leaves: folders with files in them.
    func remove() {
        for name in (try? FolderListing.names(in: path)) ?? [] {
            for file in (try? FolderListing.names(in: "\(path)/\(name)")) ?? [] { unsafe unlink("\(path)/\(name)/\(file)") }
            unsafe rmdir("\(path)/\(name)")
        }
        unsafe rmdir(path)
    }
}
