import ReleaseCore

/// What is to be done with a hotfix, a command a line: the same wherever one is told.
struct HotfixSteps {
    let hotfix: Hotfix
    /// Whether its environment is on hold; `nil` where nobody has looked.
    var isHeld: Bool?

    var lines: [String] {
        completion + upstream + [merge] + hold
            + [
                hotfix.isPromoted
                    ? "next:  sluice plan \(hotfix.environment)   (prints the digest to promote with)"
                    : "next:  sluice deploy \(hotfix.environment)"
            ]
    }

    private var completion: [String] {
        guard !hotfix.proven else { return [] }
        return [
            "next:  complete the script\(hotfix.written.isEmpty ? " on branch \(hotfix.branch)" : "")"
        ]
    }

    private var upstream: [String] {
        guard let upstream = hotfix.upstream else { return [] }
        let what = hotfix.written.isEmpty ? hotfix.branch : hotfix.migration
        return [
            "next:  merge \(what) into the branch of \(upstream) and deploy it there: \(hotfix.environment) takes only what \(upstream) has proven"
        ]
    }

    private var merge: String {
        guard hotfix.written.isEmpty else {
            let paths = hotfix.written + hotfix.removedChecks
            return "next:  git add \(paths.joined(separator: " ")) && git commit"
        }
        return
            "next:  git switch \(hotfix.target ?? "the environment's branch") && git merge \(hotfix.branch)"
    }

    private var hold: [String] {
        switch isHeld {
        case true?: ["next:  sluice release \(hotfix.environment) --reason TEXT   (lifts the hold)"]
        case false?: []
        case nil:
            [
                "next:  sluice status   (a hold is lifted with sluice release ENVIRONMENT --reason TEXT)"
            ]
        }
    }
}
