/// How long a private cluster and its data last.
public enum Lifetime: Sendable, Hashable {
    /// A new cluster that is removed, with all its data, after its last user.
    case ephemeral
    /// The cluster in this directory. Its server stops after the last user and
    /// starts again with the next; the data stay.
    case kept(at: String)

    /// The usual place for a kept cluster.
    ///
    /// As root that is below `/var/lib`, because the account the server runs
    /// under cannot enter root's home; otherwise below the user's state folder.
    ///
    /// - Parameters:
    ///   - name: one file name that tells this cluster from others.
    ///   - home: the user's home directory.
    ///   - asRoot: whether the process runs as root.
    /// - Returns: a kept lifetime.
    public static func keptByDefault(named name: String, home: String, asRoot: Bool) -> Lifetime {
        .kept(at: asRoot ? "/var/lib/sluice/\(name)" : "\(home)/.local/state/sluice/\(name)")
    }
}
