import Foundation

/// Takes secrets out of text before anybody sees it.
///
/// A secret is the value of a variable that the configuration refers to, of a
/// variable whose name says so, and the password of an address; also as it
/// appears percent-encoded, inside JSON, or as Base64. Values shorter than
/// ``shortest`` hide nothing and would make every output unreadable.
public struct SecretMask: Sendable {
    /// What stands in the place of a secret.
    public static let stars = "***"
    /// Characters.
    static let shortest = 4
    private static let telling = [
        "PASSWORD", "PASSWD", "PASSPHRASE", "PGPASS", "SECRET", "TOKEN", "CREDENTIAL", "API_KEY",
        "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "DATABASE_URL", "WEBHOOK", "COOKIE", "SESSION_ID",
        "JWT", "AUTHORIZATION",
    ]

    /// Longest first, so that no secret is cut apart by a shorter one.
    private var secrets: [String]

    /// - Parameters:
    ///   - variables: the process's environment.
    ///   - references: the names the configuration refers to.
    ///   - further: other secrets, such as a value that a check has fetched.
    public init(
        _ variables: [String: String], references: some Sequence<String>, further: [String] = []
    ) {
        let referenced = Set(references)
        let values = variables.filter { name, _ in
            referenced.contains(name) || Self.isTelling(name)
        }.map(\.value)
        secrets = []
        add(values + variables.values.compactMap(Self.password) + further)
    }

    /// Whether a name promises a secret.
    static func isTelling(_ name: String) -> Bool {
        let name = name.uppercased()
        return telling.contains { name.contains($0) }
    }

    /// Further secrets to take out.
    mutating func add(_ values: [String]) {
        var all = Set(secrets)
        for value in values {
            all.formUnion(Self.forms(value))
            value.split(whereSeparator: \.isNewline).forEach {
                all.formUnion(Self.forms(String($0)))
            }
            if let password = Self.password(value) { all.formUnion(Self.forms(password)) }
        }
        secrets = all.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// The text without secrets.
    public func mask(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.contains(secret) ? text.replacing(secret, with: Self.stars) : text
        }
    }

    /// How a secret may be written.
    private static func forms(_ secret: String) -> Set<String> {
        let secret = secret.trimmingCharacters(in: .whitespacesAndNewlines)
        guard secret.count >= shortest, !["true", "false", "null"].contains(secret) else {
            return []
        }
        let quoted = JSONText.escaped(secret)
        return [
            secret, PercentCoding.encode(secret), quoted,
            quoted.replacing("/", with: "\\/"), Data(secret.utf8).base64EncodedString(),
        ]
    }

    /// The password of an address such as `postgresql://app:secret@host/db`.
    private static func password(_ text: String) -> String? {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@"),
            let colon = authority[..<at].firstIndex(of: ":")
        else { return nil }
        let password = String(authority[authority.index(after: colon)..<at])
        return password.removingPercentEncoding ?? password
    }
}

/// Text inside an address.
enum PercentCoding {
    /// Everything but the unreserved characters of RFC 3986 is encoded.
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80,
                scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar)
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

/// Text inside JSON.
enum JSONText {
    /// The text as it stands inside a JSON string.
    static func escaped(_ text: String) -> String {
        String(quoted(text).dropFirst().dropLast())
    }

    /// The text as a JSON string with its quotes.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}":
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
