import ArgumentParser

/// `keyledger key …`
struct KeyCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, look at and change keys.",
        discussion: """
            A key is named by its key_id, by the token of one of its secrets, by --alias, or by --secret-file with a secret in it.
              keyledger key create --alias ci --team build --model gpt-4o --expires-in 30d
              keyledger key info --alias ci
              keyledger key block 01990d1c-0b1e-7c7e-a5a5-0123456789ab --reason "left the company"
              pbpaste | keyledger key verify --secret-file -
            """,
        subcommands: [
            KeyCreate.self, KeyInfo.self, KeyList.self, KeyUpdate.self, KeyRotate.self, KeyBlock.self, KeyUnblock.self, KeyDelete.self,
            KeyRevoke.self, KeyVerify.self, KeyHistoryCommand.self,
        ])
}
