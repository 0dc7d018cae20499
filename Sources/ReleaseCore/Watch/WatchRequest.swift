/// What a watcher is asked to do.
public struct WatchRequest: Sendable {
    public var options: WorkspaceOptions
    /// Only these environments; empty for all that are marked `auto: true`.
    public var environments: [String]
    /// How often branches are looked at.
    public var interval: Duration
    /// How long ``Watcher/runOnce()`` goes on with what waiting may mend.
    public var patience: Duration
    /// The copy of a remote repository, where one is followed.
    public var mirror: Mirror?

    public init(
        options: WorkspaceOptions, environments: [String] = [], interval: Duration = .seconds(5),
        patience: Duration = .zero, mirror: Mirror? = nil
    ) {
        self.options = options
        self.environments = environments
        self.interval = interval
        self.patience = patience
        self.mirror = mirror
    }
}
