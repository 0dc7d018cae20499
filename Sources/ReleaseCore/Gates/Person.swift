import GitStore

/// Somebody as Git knows them, by the name and address they go by.
struct Person: Sendable, Hashable {
    var name: String
    var email: String
    /// Who the commit or the approval itself says it was, before a mailmap.
    private var written: [String]

    init(name: String, email: String, _ mailmap: Mailmap? = nil) {
        let real = mailmap?.resolve(name: name, email: email) ?? (name: name, email: email)
        self.name = real.name
        self.email = real.email
        written = [real.email, email, real.name, name].map { $0.lowercased() }
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
    ///
    /// A mailmap makes two into one, but never one into two: whoever writes a migration may
    /// write the mailmap too.
    func isSame(as other: Person) -> Bool {
        zip(written, written.indices).contains { word, index in
            // Addresses stand before names.
            !word.isEmpty
                && (index < 2 ? other.written.prefix(2) : other.written.dropFirst(2))
                    .contains(word)
        }
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
