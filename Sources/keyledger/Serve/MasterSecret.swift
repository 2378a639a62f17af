import Glibc
import Ledger

/// The admin secret: where it comes from, and making one.
struct MasterSecret: Sendable {
    let secret: String
    /// Where it was found, for messages.
    let source: String

    static let fileVariable = "KEYLEDGER_MASTER_KEY_FILE"
    static let variable = "KEYLEDGER_MASTER_KEY"

    static func path(in folder: String) -> String { folder + "/keys/master.key" }

    /// The secret for a client: the file named, the environment's, else the one that the ledger's folder keeps; nil if there is none.
    static func find(file: String?, folder: String) throws -> String? { try configured(flag: file, config: nil, folder: folder)?.secret }

    /// Flags beat environment beat file beat the ledger's own.
    static func configured(flag: String?, config: String?, folder: String) throws -> MasterSecret? {
        if let flag { return MasterSecret(secret: try SecretInput.read(flag, for: "--master-key-file"), source: flag) }
        if let path = ProcessEnvironment[fileVariable] {
            return MasterSecret(secret: try SecretInput.read(path, for: fileVariable), source: path)
        }
        if let secret = ProcessEnvironment[variable] { return MasterSecret(secret: secret, source: variable) }
        if let config { return MasterSecret(secret: try SecretInput.read(config, for: "master_key_file"), source: config) }
        let own = path(in: folder)
        guard unsafe access(own, F_OK) == 0 else { return nil }
        return MasterSecret(secret: try SecretInput.read(own, for: own), source: own)
    }

    /// Makes a secret and keeps it in the ledger's folder (0600).
    static func make(for ledger: Ledger) throws -> MasterSecret {
        let path = path(in: ledger.folder)
        let secret = ledger.makeSecret()
        try PrivateFile.create(path, secret)
        return MasterSecret(secret: secret, source: path)
    }

    /// Where whoever needs it finds it, as the end of a sentence.
    var place: String {
        switch source {
        case "-": "came from standard input"
        case Self.variable: "is in the environment variable \(source)"
        default: "is in \(printable(source))"
        }
    }

    /// What makes it unfit to guard a server that others can reach; nil if it is fit.
    var weakness: String? {
        if !secret.utf8.starts(with: Secret.prefix.utf8) { return "does not begin with \(Secret.prefix)" }
        if secret.utf8.count < Secret.leastForeignLength { return "has fewer than \(Secret.leastForeignLength) characters" }
        return Secret.isAcceptableForeign(secret) ? nil : "holds spaces or characters beyond ASCII"
    }
}
