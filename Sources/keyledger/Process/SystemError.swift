import Glibc

/// What the system says about the call that has just failed.
enum SystemError {
    static var text: String { text(errno) }

    static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
