import Foundation

/// What a deployment came to, as it is told to webhooks. This is the body's
/// documented form; further fields may be added.
public struct Notification: Sendable, Encodable {
    /// Always `deployment`.
    public var event = "deployment"
    public var environment: String
    /// The id in the ledger.
    public var deployment: String?
    public var verdict: String
    /// One sentence for people.
    public var text: String
    public var branch: String?
    public var commit: String?
    public var actor: String
    public var applied: [String]
    public var failed: Failure?
    /// Checks that did not pass.
    public var smoke: [Check]
    /// The branch of the hotfix that was opened.
    public var hotfix: String?
    /// Whether the environment is on hold now.
    public var hold: Bool

    /// The migration that failed.
    public struct Failure: Sendable, Encodable {
        public var migration: String
        public var line: Int?
        public var message: String
    }

    /// A smoke check.
    public struct Check: Sendable, Encodable {
        public var name: String
        /// `failed` or `error`.
        public var outcome: String
        public var detail: String
    }

    init(_ report: DeploymentReport, actor: String) {
        environment = report.plan.environment
        deployment = report.deployment
        verdict = report.verdict.rawValue
        branch = report.plan.branch
        commit = report.plan.commitDigits
        self.actor = actor
        applied = report.applied
        failed = report.failure.map {
            Failure(migration: $0.migration, line: $0.line, message: $0.message)
        }
        smoke = (report.smoke?.results ?? []).filter { $0.outcome != .passed }.map {
            Check(name: $0.name, outcome: $0.outcome.rawValue, detail: $0.detail)
        }
        hotfix = report.hotfix?.branch
        hold = report.isHeld
        text = Self.text(report)
    }

    private static func text(_ report: DeploymentReport) -> String {
        let name = report.plan.environment
        let count = report.applied.count
        let applied = "\(count) migration\(count == 1 ? "" : "s") applied"
        switch report.verdict {
        case .succeeded: return "\(name): \(applied), all checks passed."
        case .nothingToDo: return "\(name): nothing to do."
        case .failed:
            let why = report.failure.map { "\($0.migration): \($0.message)" } ?? "failed"
            return "\(name): deployment failed, \(applied). \(why)"
        case .degraded:
            let names = report.smoke?.obstacles.map(\.name).joined(separator: ", ") ?? ""
            let what =
                report.smoke?.outcome == .error
                ? "a smoke check could not tell" : "a smoke check failed"
            return
                "\(name): \(applied), \(what) (\(names)); \(report.isHeld ? "it is on hold" : "no hold could be placed")."
        case .blocked: return "\(name): blocked, nothing was changed."
        case .interrupted: return "\(name): stopped, \(applied)."
        }
    }

    /// The body for a target.
    func body(_ form: NotificationTarget.Form) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func text(_ value: some Encodable) -> String {
            (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
        switch form {
        case .webhook: return text(self)
        case .slack:
            let mark = verdict == Verdict.succeeded.rawValue ? ":white_check_mark:" : ":warning:"
            return text(["text": "\(mark) \(Self.escaped(self.text))"])
        }
    }

    /// Slack's three control characters (api.slack.com, “Escaping text”).
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

/// Tells webhooks what a deployment came to. Whether they hear it changes nothing.
struct Notifier {
    let setting: SmokeRunner.Setting
    let targets: [NotificationTarget]
    private static let attempts = 3
    private static let timeout = Duration.seconds(10)

    /// - Returns: a sentence for each target that could not be told.
    func tell(_ notification: Notification, _ verdict: Verdict) -> [String] {
        let wanted = targets.filter { $0.verdicts.contains(verdict) }
        let bodies = Dictionary(
            wanted.map { ($0.form, setting.mask.mask(notification.body($0.form))) },
            uniquingKeysWith: { $1 })
        return wanted.concurrentMap { [setting] target in
            Self.tell(target, bodies[target.form] ?? "{}", setting)
        }.compactMap(\.self)
    }

    private static func tell(
        _ target: NotificationTarget, _ body: String, _ setting: SmokeRunner.Setting
    ) -> String? {
        // Also after a signal: it says that there was one.
        let interrupt = Interrupt()
        let client = HTTPClient(variables: setting.variables, interrupt: interrupt)
        var why = ""
        for attempt in 1...attempts {
            do {
                let request = HTTPClient.Request(
                    method: "POST", url: try target.url.resolve(setting.variables),
                    headers: try [
                        .init(name: "Content-Type", value: "application/json", isSecret: false)
                    ]
                        + target.headers.sorted { $0.key < $1.key }.map {
                            .init(
                                name: $0.key, value: try $0.value.resolve(setting.variables),
                                isSecret: true)
                        }, body: body, redirects: 0, bodyLimit: 1 << 16)
                let answer = try client.send(request, timeout: timeout)
                if (200...299).contains(answer.status) { return nil }
                why = "it answered \(answer.status)."
            } catch let failure as HTTPFailure {
                switch failure {
                case .unanswered(let words), .wrong(let words): why = words
                }
            } catch {
                why = "\(error)"
                break
            }
            if attempt < attempts { _ = interrupt.pause(.seconds(1)) }
        }
        return setting.mask.mask("\(target.url.raw) could not be notified: \(why)")
    }
}
