import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

/// One key that real requests are decided against and folded into, without a store: what a request's fields become and how they come
/// back. Its clock stands still unless it is moved.
struct OneKey {
    var now: Instant
    var state: KeyState?
    var credentials: [CredentialState] = []
    var users: [UInt64: String] = [:]
    var spend = Amount.zero
    var head = Position(1)

    /// 2026-11-21T00:19:09.6966025Z.
    static let start = Instant(nanoseconds: 1_795_220_349_696_602_500)
    static let keyID = KeyID(time: start, random: (0x0123_4567_89AB_CDEF, 0x0FED_CBA9_8765_4321))
    static let secret = "sk-custom-0123456789abcdef"

    init(_ body: JSONObject, secret: String = secret) throws {
        now = Self.start
        let request = try GenerateRequest(body)
        let command = CreateKey(
            keyID: Self.keyID, token: Token(secret: secret), keyName: Secret.displayForm(secret), fields: request.changes)
        try run(.create(command))
    }

    mutating func update(_ body: JSONObject) throws {
        let request = try UpdateRequest(body)
        try run(.update(UpdateKey(target: request.target, changes: request.changes)))
    }

    mutating func regenerate(_ body: JSONObject, newSecret: String) throws {
        let request = try RegenerateRequest(body, key: Self.keyID.description)
        let grace: KeyDuration? = if case .lasting(let grace) = request.grace { grace } else { nil }
        try run(
            .regenerate(
                RegenerateKey(
                    target: request.target, newToken: Token(secret: newSecret), newKeyName: Secret.displayForm(newSecret), grace: grace,
                    changes: request.changes)))
    }

    mutating func run(_ command: KeyCommand) throws {
        let named = credentials.first { credential in
            if case .block(.token(let token), _) = command { credential.token == token } else { false }
        }
        var facts = Facts(key: state, presented: named, current: credentials.last, nextSubject: UInt64(users.count + 1))
        if case .update(let update) = command, case .set(let name) = update.changes.userID {
            facts.subject = users.first { $0.value == name }?.key
        }
        for draft in try decide(command, given: facts, at: now) { try append(draft) }
    }

    private mutating func append(_ draft: EventDraft) throws {
        head = head.next
        switch draft.event {
        case .subjectNamed(let named): users[named.number] = draft.identity?.name
        case .spendReset(let reset): spend = reset.resetTo
        default: try fold(draft)
        }
    }

    private mutating func fold(_ draft: EventDraft) throws {
        var commitments: [SlotCommitment] = []
        if draft.identity != nil { commitments.append(SlotCommitment(slot: .identity, commitment: .zero)) }
        if draft.content != nil { commitments.append(SlotCommitment(slot: .content, commitment: .zero)) }
        let link = KeyLink(
            keyID: Self.keyID, revision: (state?.revision ?? 0) + 1, previousPosition: state?.lastPosition ?? .none,
            previousLeafHash: state?.lastLeafHash ?? .zero)
        let event = RecordedEvent(
            position: head, leafHash: Hash32.sha256(head.description.utf8),
            envelope: Envelope(recordedAt: now, actor: .master, commitments: commitments, link: link), event: draft.event,
            slots: Slots(identity: draft.identity, content: draft.content))
        let (next, changes) = try evolve(state, event)
        state = next
        for change in changes {
            switch change {
            case .introduced(let credential): credentials.append(credential)
            case .ended(let token, let moment, let end, let successor):
                let place = try #require(credentials.firstIndex { $0.token == token })
                credentials[place].close(at: moment, end: end, successor: successor)
            }
        }
    }

    /// The key as it is shown now, asked for by a secret that it has or had; by its current one without.
    func view(of secret: String? = nil) throws -> KeyView {
        let state = try #require(state)
        let current = try #require(credentials.last)
        let named = secret.map(Token.init(secret:)) ?? current.token
        let credential = try #require(credentials.first { $0.token == named })
        let status = LedgerDomain.status(of: credential.window, in: state.gate, at: now, budgetExceeded: false)
        return KeyView(
            state: state, credential: credential, current: current, userID: state.terms.subject.flatMap { users[$0] },
            deletedBy: state.isDeleted ? KeyView.defaultUserID : nil, spend: spend, totalSpend: .zero, moment: now, position: head,
            status: status)
    }

    /// The key's row in `/key/info`.
    func info(of secret: String? = nil) throws -> JSONValue {
        try #require(KeyAnswer.info(view(of: secret), asPassed: secret ?? Self.secret).json["info"])
    }
}

extension [UInt8] {
    var json: JSONValue { get throws { try JSONValue.parse(self) } }
}
