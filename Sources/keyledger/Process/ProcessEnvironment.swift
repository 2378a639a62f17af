import Glibc

/// The process's environment variables, read nowhere else.
enum ProcessEnvironment {
    /// The value of a variable; nil if it is not set or empty.
    static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Who is at the keyboard, as far as the environment and the list of users say.
    static var userName: String { self["SUDO_USER"] ?? self["USER"] ?? self["LOGNAME"] ?? registeredName ?? "uid \(getuid())" }

    private static var registeredName: String? {
        guard let entry = unsafe getpwuid(getuid()), let name = unsafe entry.pointee.pw_name else { return nil }
        return unsafe String(cString: name)
    }
}
