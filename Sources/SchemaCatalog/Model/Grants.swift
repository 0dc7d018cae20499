/// One privilege that differs from what the server grants by default.
public struct Grant: Sendable, Hashable, Comparable {
    /// A role, or `PUBLIC`.
    public var grantee: String
    public var privilege: String
    public var withGrantOption: Bool
    /// The column it is limited to.
    public var column: String?
    /// Granted beyond the default, or a default that was revoked.
    public var isGranted: Bool

    public static func < (left: Grant, right: Grant) -> Bool {
        left.key.lexicographicallyPrecedes(right.key)
    }

    private var key: [String] {
        [
            isGranted ? "1" : "0", grantee, column ?? "", withGrantOption ? "1" : "0", privilege,
        ]
    }
}
