import Ledger

/// What must hold before others than this machine can reach a server.
enum ExposureRule {
    /// - Throws: usage, if the address is no loopback address and the admin secret missing or weak.
    static func check(_ secret: MasterSecret?, _ address: ListenAddress) throws {
        guard !address.isLoopback else { return }
        guard let secret else {
            throw refusal(address, "no admin secret is set")
        }
        if let weakness = secret.weakness { throw refusal(address, "the admin secret (\(secret.source)) \(weakness)") }
    }

    private static func refusal(_ address: ListenAddress, _ why: String) -> CommandError {
        CommandError(
            .usage, code: "weak_master_secret",
            """
            Others can reach \(address), and \(why). Put a secret of at least \(Secret.leastForeignLength) characters that begins with \
            \(Secret.prefix) into a file and name it with --master-key-file, for example:
              (umask 077; echo sk-$(head -c 24 /dev/urandom | base64 | tr -d '/+=') > master.key)
            or listen on 127.0.0.1.
            """)
    }
}
