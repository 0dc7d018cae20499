/// The names of databases that “sluice restore” makes in a repository's sandbox.
public enum RestoredDatabase {
    private static let prefix = "restored_"

    /// The name of one, from the environment whose backup it is and the time.
    public static func name(of environment: String, at stamp: some StringProtocol) -> String {
        "\(prefix)\(environment)_\(stamp)"
    }

    /// The name of one that somebody has given a name: no other database of the sandbox,
    /// such as an environment's, is called like that.
    public static func name(given name: String) -> String {
        isName(name) ? name : prefix + name
    }

    /// Whether a name is of that kind.
    static func isName(_ name: String) -> Bool { name.hasPrefix(prefix) }

    /// The name in a database's URL; `nil` where it is not of that kind.
    public static func name(in url: String) -> String? {
        url.prefix { $0 != "?" }.split(separator: "/").last.map(String.init).flatMap {
            isName($0) ? $0 : nil
        }
    }
}
