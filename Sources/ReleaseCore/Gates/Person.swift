import GitStore

/// Somebody as Git knows them, by the name and address they go by.
struct Person: Sendable, Hashable {
    var name: String
    var email: String

    init(name: String, email: String, _ mailmap: Mailmap? = nil) {
        let real = mailmap?.resolve(name: name, email: email) ?? (name: name, email: email)
        self.name = real.name
        self.email = real.email
    }

    /// Reads `Mia Example <mia@example.com>`.
    init?(_ text: some StringProtocol, _ mailmap: Mailmap? = nil) {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close
        else { return nil }
        let name = text[..<open].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let email = text[text.index(after: open)..<close].filter { !$0.isWhitespace }
        guard !email.isEmpty else { return nil }
        self.init(name: name, email: String(email), mailmap)
    }

    /// Whether two are one: the same address, or the same name under another one.
    func isSame(as other: Person) -> Bool {
        email.lowercased() == other.email.lowercased()
            || !name.isEmpty && name.lowercased() == other.name.lowercased()
    }

    var text: String { name.isEmpty ? email : "\(name) <\(email)>" }
}

extension Sequence where Element == Person {
    /// Each person once.
    var distinct: [Person] {
        reduce(into: []) { people, person in
            if !people.contains(where: person.isSame) { people.append(person) }
        }
    }
}
