import Glibc

/// An account of this machine that runs a server.
///
/// PostgreSQL refuses to run as root, so a cluster of root's runs under
/// another, existing account.
struct ServerAccount: Sendable, Hashable {
    var user: uid_t
    var group: gid_t
    /// The name, or the number where the account has none.
    var name: String

    /// The account for root's new clusters: `postgres`, else `nobody`.
    ///
    /// - Throws: ``SandboxError`` `programMissing`.
    static func forRoot() throws(SandboxError) -> ServerAccount {
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name)?.pointee, entry.pw_uid != 0 {
                return ServerAccount(user: entry.pw_uid, group: entry.pw_gid, name: name)
            }
        }
        throw SandboxError(
            .programMissing,
            "PostgreSQL does not run as root, and there is neither an account postgres nor "
                + "nobody to run it under. Install the Debian package postgresql, which creates "
                + "the first, or run sluice as an ordinary user.")
    }

    /// The account that owns a file with these marks.
    init(owning status: stat) {
        user = status.st_uid
        group = status.st_gid
        name =
            getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) }
            ?? "\(status.st_uid)"
    }

    private init(user: uid_t, group: gid_t, name: String) {
        self.user = user
        self.group = group
        self.name = name
    }

    /// The words that start a command under this account when put before it.
    ///
    /// - Throws: ``SandboxError`` `programMissing`.
    func commandPrefix() throws(SandboxError) -> [String] {
        let setpriv = try Programs.require("setpriv", package: "util-linux")
        return [setpriv, "--reuid=\(user)", "--regid=\(group)", "--clear-groups"]
    }
}
