import Glibc
import LMDB

/// The end of a command that meets damage which no program survives: words and a status, where the system would only say "Aborted".
enum DamageReport {
    /// Of every command but the check, whose parent tells of its end and how far it was.
    static func install(isJSON: Bool) {
        Environment.onDamage { path, finding in
            let error = CommandError(
                .integrity, code: "damaged",
                """
                \(path) is damaged: \(finding). Do not write to it any more: see with `keyledger fsck` what is left, restore a backup, and keep \
                this folder for examination.
                """)
            _exit(FailureReport(error, isJSON: isJSON).print().rawValue)
        }
    }
}
