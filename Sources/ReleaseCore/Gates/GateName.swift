/// The gates that configuration, output and the ledger know.
public enum GateName: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
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

    /// By the order in which they are evaluated and shown.
    public static func < (left: GateName, right: GateName) -> Bool {
        let all = GateName.allCases
        return all.firstIndex(of: left) ?? 0 < all.firstIndex(of: right) ?? 0
    }

    /// The settings a gate understands; anything else is an error in the file.
    var settingKeys: [String] {
        switch self {
        case .upstream: ["soak"]
        case .review: ["approvals", "by", "signed", "allowed_signers"]
        case .backup: ["command", "file", "directory", "format", "max_age", "verify"]
        case .featureFlag: ["command", "url"]
        case .findings: ["severity"]
        case .window: ["allow", "freeze"]
        case .checks: ["commands", "sql"]
        case .drift: ["ignore"]
        case .dataLoss: ["accept"]
        case .dryRun, .rollbackNotes, .history, .hold: []
        }
    }

    /// The words that a setting may have, where not everything will do.
    var choices: [String: [String]] {
        switch self {
        case .findings: ["severity": ["note", "warning", "error"]]
        case .review: ["by": ["approvals", "trailers"], "signed": ["true", "false"]]
        case .backup:
            ["format": ["pg_dump", "pgbackrest", "time"], "verify": ["list", "restore"]]
        default: [:]
        }
    }
}
