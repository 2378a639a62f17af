import CLMDB

extension Environment {
    /// The version of liblmdb that this process runs with, e.g. `0.9.24`.
    public static var libraryVersion: String {
        let (major, minor, patch) = libraryNumbers
        return "\(major).\(minor).\(patch)"
    }

    /// What an operator should know about that version; nil for a good one.
    public static var libraryWarning: String? { warning(about: libraryNumbers) }

    static func warning(about version: (major: Int32, minor: Int32, patch: Int32)) -> String? {
        if version.major == 0, version.minor == 9, (26...31).contains(version.patch) {
            return
                "liblmdb 0.9.26 to 0.9.31 may lose locks when one process closes a folder while another opens it (ITS#10095); use another"
        }
        if version.major > 0 { return "liblmdb 1.0 and later write files that this program cannot read; use 0.9" }
        return nil
    }

    private static var libraryNumbers: (major: Int32, minor: Int32, patch: Int32) {
        var numbers: (major: Int32, minor: Int32, patch: Int32) = (0, 0, 0)
        unsafe _ = mdb_version(&numbers.major, &numbers.minor, &numbers.patch)
        return numbers
    }
}
