import PostgresLink

/// An extension that a script creates and the server does not have installed.
struct MissingExtension {
    let name: String

    /// PostgreSQL 15 and later report `extension "x" is not available` (0A000), older
    /// ones the control file they did not find (58P01).
    init?(state: SQLState?, message: String) {
        let words: [Substring]
        switch state?.rawValue {
        case "0A000" where message.hasSuffix(" is not available"):
            words = message.split(separator: "\"")
        case "58P01" where message.contains("extension control file"):
            let path = message.split(separator: "\"").dropFirst().first ?? ""
            let file = path.split(separator: "/").last ?? ""
            words = ["extension ", file.split(separator: ".").first ?? ""]
        default: return nil
        }
        guard words.count > 1, words[0] == "extension " else { return nil }
        name = String(words[1])
    }

    /// What to do about it, on the machine of the server.
    func advice(on place: String) -> String {
        "install the extension \(name) \(place) (packages are called like postgresql-15-\(name.filter { $0 != "_" })), then run it again."
    }
}
