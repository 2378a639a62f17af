import ArgumentParser

/// What is recorded beside a change, and under which id it may be repeated.
struct NoteOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Why; kept in the key's history.", valueName: "text"))
    var reason: String?

    @Option(name: .customLong("change-ref"), help: ArgumentHelp("A ticket or change number; kept in the key's history.", valueName: "text"))
    var changeRef: String?

    @Option(
        name: .customLong("on-behalf-of"), help: ArgumentHelp("For whom the change is made; kept in the key's history.", valueName: "name"))
    var onBehalfOf: String?

    @Option(
        name: .customLong("idempotency-key"),
        help: ArgumentHelp("Makes it safe to run the same command again: the change is made once.", valueName: "text"))
    var idempotencyKey: String?

    func validate() throws {
        if let idempotencyKey, idempotencyKey.isEmpty || idempotencyKey.utf8.count > 255 {
            throw ValidationError("--idempotency-key needs 1 to 255 bytes.")
        }
        for text in [reason, changeRef, onBehalfOf, idempotencyKey].compactMap(\.self) {
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
                throw ValidationError("--reason, --change-ref, --on-behalf-of and --idempotency-key are one line each.")
            }
        }
    }
}

extension NoteOptions {
    var note: ChangeNote {
        ChangeNote(reason: reason, changeRef: changeRef, onBehalfOf: onBehalfOf, idempotencyKey: idempotencyKey)
    }
}
