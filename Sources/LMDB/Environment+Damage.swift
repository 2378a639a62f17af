import CLMDB
import Glibc

extension Environment {
    /// Ends the process because a data file cannot be read on.
    ///
    /// - Parameters:
    ///   - path: The data file.
    ///   - finding: What is wrong with it, in words.
    public typealias DamageHandler = @Sendable (_ path: String, _ finding: String) -> Never

    /// Takes the place of the signals by which a process ends on damage that opening cannot see: liblmdb's `abort()` on a page that
    /// contradicts itself, SIGBUS on a page that the file no longer has or the device cannot read, SIGSEGV where liblmdb follows a
    /// damaged page out of its memory.
    ///
    /// `handler` is called on the thread that met the damage, while liblmdb may hold its locks: it must not touch an environment,
    /// and end with `_exit`. Holds for the environments that are opened afterwards. Signals of other causes are left as they were.
    public static func onDamage(_ handler: @escaping DamageHandler) {
        DamageHandling.install(handler)
    }
}

/// Where damage that ends the process is told.
enum DamageHandling {
    private struct State {
        var handler: Environment.DamageHandler?
        /// The data file that was opened last.
        var path = ""
        /// What was done about a signal before.
        var actions: [Int32: sigaction] = [:]
        /// Where liblmdb's instructions lie.
        var library: Range<UInt> = 0..<0
    }

    private static let state = Monitor(State())

    fileprivate static func install(_ handler: @escaping Environment.DamageHandler) {
        state.withLock { state in
            state.handler = handler
            guard state.actions.isEmpty else { return }
            let library = mappings().filter { $0.path.contains("/liblmdb") }.map(\.bounds)
            if let first = library.first, let last = library.last { state.library = first.lowerBound..<last.upperBound }
            for signal in [SIGBUS, SIGSEGV] {
                var action = sigaction()
                unsafe action.__sigaction_handler.sa_sigaction = { unsafe DamageHandling.fault($0, $1, $2) }
                action.sa_flags = SA_SIGINFO | SA_ONSTACK
                var previous = sigaction()
                guard unsafe sigaction(signal, &action, &previous) == 0 else { continue }
                state.actions[signal] = previous
            }
        }
    }

    /// Has liblmdb tell of an assertion that failed before it aborts.
    static func watch(_ environment: RawEnvironment, folder: String) {
        let isWatching = state.withLock { state in
            state.path = folder + "/data.mdb"
            return state.handler != nil
        }
        guard isWatching else { return }
        unsafe mdb_env_set_assert(environment.pointer) { environment, message in
            let (handler, lastPath) = DamageHandling.state.withLock { ($0.handler, $0.path) }
            guard let handler else { return }
            var folder: UnsafePointer<CChar>?
            unsafe mdb_env_get_path(environment, &folder)
            let path = unsafe folder.map { unsafe String(cString: $0) + "/data.mdb" } ?? lastPath
            handler(path, unsafe message.map { unsafe String(cString: $0) } ?? "an assertion failed")
        }
    }

    /// The fault comes from a read of the map or from within liblmdb, never from the midst of an allocation: Swift code may run here.
    private static func fault(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?) {
        let (handler, lastPath, previous, library) = state.withLock { ($0.handler, $0.path, $0.actions[signal], $0.library) }
        if let handler {
            if signal == SIGBUS, let path = unsafe mappedFile(at: info?.pointee._sifields._sigfault.si_addr) {
                handler(path, "a page that is in use lies behind the end of the file, or the device cannot read it")
            }
            if signal == SIGSEGV, unsafe places(context).contains(where: library.contains) {
                handler(lastPath, "a page of it leads liblmdb out of its memory")
            }
        }
        // Not damage: what failed is tried again, and meets what would have been done without this.
        var action = previous ?? sigaction()
        unsafe sigaction(signal, &action, nil)
    }

    /// Where the instruction lies that failed, and where it would have returned to from a function that keeps nothing on the stack: such
    /// are those that copy memory, which liblmdb calls.
    private static func places(_ context: UnsafeMutableRawPointer?) -> [UInt] {
        guard let machine = unsafe context?.assumingMemoryBound(to: ucontext_t.self).pointee.uc_mcontext else { return [] }
        #if arch(x86_64)
            let stack = unsafe UnsafePointer<UInt>(bitPattern: Int(machine.gregs.15))
            return unsafe [UInt(bitPattern: Int(machine.gregs.16)), stack?.pointee ?? 0]
        #else
            return unsafe [UInt(machine.pc), UInt(machine.regs.30)]
        #endif
    }

    /// The data file that is mapped at an address.
    private static func mappedFile(at pointer: UnsafeMutableRawPointer?) -> String? {
        let address = UInt(bitPattern: pointer)
        return mappings().first { $0.bounds.contains(address) && $0.path.hasSuffix("/data.mdb") }?.path
    }

    /// The files that this process has mapped, from `/proc/self/maps`: `first-last mode offset device inode path`.
    private static func mappings() -> [(bounds: Range<UInt>, path: String)] {
        let descriptor = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = unsafe read(descriptor, &buffer, buffer.count), count > 0 { text += buffer.prefix(count) }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 5)
            let bounds = (parts.first ?? "").split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard parts.count == 6, bounds.count == 2, bounds[0] < bounds[1] else { return nil }
            return (bounds[0]..<bounds[1], String(parts[5].drop { $0 == " " }))
        }
    }
}
