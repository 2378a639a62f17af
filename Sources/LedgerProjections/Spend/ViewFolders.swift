import Glibc
import LMDB

/// The folders of the views in a ledger's folder: `views.1`, `views.2` …, and the pointer file `views` that names the one that answers.
struct ViewFolders: Sendable {
    /// The ledger's folder.
    let ledger: String

    private static let stem = "views."
    private static let unfinished = ".new"
    private static let kept = ".differs"
    private var pointer: String { ledger + "/views" }

    func path(_ number: Int) -> String { "\(ledger)/\(Self.stem)\(number)" }
    /// Where a generation is while it is being filled.
    func unfinishedPath(_ number: Int) -> String { path(number) + Self.unfinished }
    /// Where a generation is kept that differs from the one that it should be equal to.
    func keptPath(_ number: Int) -> String { path(number) + Self.kept }

    /// The generation that the pointer file names; `nil` if there is no such file.
    ///
    /// - Throws: `corrupted` if it names none.
    func current() throws(LMDBError) -> Int? {
        let descriptor = unsafe open(pointer, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw LMDBError.ofSystem("open", pointer)
        }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw LMDBError.ofSystem("read", pointer) }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        guard text.hasPrefix(Self.stem), text.hasSuffix("\n"), let number = Int(text.dropFirst(Self.stem.count).dropLast()) else {
            throw LMDBError(
                .corrupted, "the file names no folder of views; run `keyledger rebuild --view activity`", operation: "read",
                path: pointer)
        }
        return number
    }

    /// Lets the pointer file name a generation. Durable when it returns.
    func point(to number: Int) throws(LMDBError) {
        let draft = pointer + ".tmp"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LMDBError.ofSystem("open", draft) }
        let bytes = Array("\(Self.stem)\(number)\n".utf8)
        let isWritten = unsafe write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let error = LMDBError.ofSystem("write", draft)
        Glibc.close(descriptor)
        guard isWritten else { throw error }
        guard unsafe rename(draft, pointer) == 0 else { throw LMDBError.ofSystem("rename", pointer) }
        try Environment.flushFolder(ledger)
    }

    /// Gives a filled generation its place. Durable when it returns.
    func finish(_ number: Int) throws(LMDBError) { try move(unfinishedPath(number), to: path(number)) }

    /// Keeps a generation beside the others, for examination.
    func keep(_ number: Int) throws(LMDBError) { try move(path(number), to: keptPath(number)) }

    /// Lets the generation that was kept answer, and keeps the one that answered in its place. Durable when it returns.
    func exchangeKept() throws(LMDBError) {
        guard let number = try keptNumber() else { return }
        let old = try current()
        try move(keptPath(number), to: path(number))
        try point(to: number)
        if let old { try keep(old) }
    }

    /// The folder that is kept for examination; `nil` if there is none.
    func kept() throws(LMDBError) -> String? { try keptNumber().map(keptPath) }

    private func keptNumber() throws(LMDBError) -> Int? { try generations().first { $0.suffix == Self.kept }?.number }

    private func move(_ old: String, to new: String) throws(LMDBError) {
        guard unsafe rename(old, new) == 0 else { throw LMDBError.ofSystem("rename", old) }
        try Environment.flushFolder(ledger)
    }

    /// A number that no folder of views has.
    func unusedNumber() throws(LMDBError) -> Int { (try generations().map(\.number).max() ?? 0) + 1 }

    /// Removes what was left over: every generation but the one named and those that are kept.
    func removeLeftovers(except number: Int?) throws(LMDBError) {
        for generation in try generations() where generation.number != number || generation.suffix != "" {
            if generation.suffix != Self.kept { remove(path(generation.number) + generation.suffix) }
        }
    }

    /// Removes what earlier comparisons have kept.
    func removeKept() throws(LMDBError) {
        for generation in try generations() where generation.suffix == Self.kept { remove(keptPath(generation.number)) }
    }

    /// Removes a folder of views and the files that it may hold. What cannot be removed is left over.
    func remove(_ path: String) {
        for name in (try? Self.names(in: path)) ?? [] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    private func generations() throws(LMDBError) -> [(number: Int, suffix: String)] {
        try Self.names(in: ledger).compactMap { name in
            guard name.hasPrefix(Self.stem) else { return nil }
            let digits = name.dropFirst(Self.stem.count).prefix { $0.isNumber }
            let suffix = String(name.dropFirst(Self.stem.count + digits.count))
            guard let number = Int(digits), ["", Self.unfinished, Self.kept].contains(suffix) else { return nil }
            return (number, suffix)
        }
    }

    private static func names(in path: String) throws(LMDBError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw LMDBError.ofSystem("opendir", path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
