/// The gates that configuration, output and the ledger know.
public enum GateName: String, Sendable, Hashable, Codable, CaseIterable {
    case upstream
    case review
    case backup
    case dryRun = "dry_run"
    case rollbackNotes = "rollback_notes"
    case featureFlag = "feature_flag"
    case dataLoss = "data_loss"
    case findings
    case history
    case drift
    case window
    case checks
    case hold

    /// Whether this version can evaluate it; what it cannot evaluate blocks.
    public var isAvailable: Bool { [.upstream, .dryRun, .hold].contains(self) }

    /// The settings a gate understands; anything else is an error in the file.
    var settingKeys: [String] {
        switch self {
        case .upstream: ["soak"]
        case .review: ["approvals", "by", "signed"]
        case .backup: ["command", "file", "directory", "format", "max_age", "verify"]
        case .featureFlag: ["command", "url"]
        case .findings: ["severity"]
        case .window: ["allow", "freeze"]
        case .checks: ["commands", "sql"]
        case .drift: ["ignore"]
        case .dryRun, .rollbackNotes, .dataLoss, .history, .hold: []
        }
    }
}
