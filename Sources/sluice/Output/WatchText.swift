import Foundation
import GitStore
import ReleaseCore
import Synchronization

/// What a watcher has to tell, a line each with the time in front. What stays as
/// it was is not told again.
final class WatchText: Sendable {
    private let console: Console
    private let deployment: DeploymentText
    private let told = Mutex<[String: String]>([:])

    init(console: Console) {
        self.console = console
        deployment = DeploymentText(console: console)
    }

    /// Called from the thread of each environment.
    func tell(_ event: WatchEvent) {
        switch event {
        case .turn: return
        case .following(let names): say("following \(names.joined(separator: ", "))")
        case .deployment(let name, let event):
            if case .progress = event { return }
            if let line = deployment.line(for: event) {
                let text = line.trimmingCharacters(in: .whitespaces)
                say(text.hasPrefix("\(name) ") ? text : "\(name): \(text)")
            }
        case .outcome(let name, let outcome, let next): tell(name, outcome, next)
        case .remote(let complaint?): news("remote", complaint)
        case .remote(nil):
            let failed = told.withLock { $0.removeValue(forKey: "remote") } != nil
            if failed { say("remote: it answers again.") }
        case .configuration(let complaint): news("", complaint)
        }
    }

    private func tell(_ name: String, _ outcome: WatchOutcome, _ next: Duration?) {
        switch outcome {
        case .ran(let report):
            for line in deployment.closing(report) + [deployment.complaint(report) ?? ""]
            where !line.isEmpty {
                for part in line.split(separator: "\n") {
                    say("\(name): \(part.trimmingCharacters(in: .whitespaces))")
                }
            }
            told.withLock { $0[name] = nil }
        case .tryAgain(let why):
            let when = next.map { "; next attempt in \(DurationText.describe($0))" } ?? ""
            news(name, why, ending: when)
        default: news(name, sentence(name, outcome))
        }
    }

    private func sentence(_ name: String, _ outcome: WatchOutcome) -> String {
        switch outcome {
        case .upToDate(let commit):
            return console.paint("up to date", .good) + (commit.map { " at \($0.short)" } ?? "")
        case .blocked(let report):
            let why = deployment.complaint(report) ?? "nothing was changed."
            return console.paint("blocked", .bad) + ": "
                + why.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .joined(separator: " / ")
        case .failedBefore(let migration, let message, let digest):
            return console.paint("failed before", .bad)
                + " with this very plan (\(digest.prefix(PlanDigest.shortLength))), and is not tried again until something changes"
                + (migration.map { ": \($0): \(message ?? "")" } ?? ".")
        case .held(let hold):
            return console.paint("on hold", .bad)
                + " since \(TimestampText.minute(hold.since)) by \(hold.by): \(hold.reason) next: sluice release \(name) --reason TEXT"
        case .putOnHold(let reason):
            return console.paint("put on hold", .bad)
                + ": \(reason) next: look at it, then sluice release \(name) --reason TEXT"
        case .elsewhere: return "another watcher is at work."
        case .interrupted: return "interrupted; what was running was rolled back."
        case .tryAgain(let why), .unusable(let why): return why
        case .ran: return ""
        }
    }

    /// Says it unless it was the last thing said about this environment.
    private func news(_ name: String, _ text: String, ending: String = "") {
        let isNews = told.withLock { told in
            defer { told[name] = text }
            return told[name] != text
        }
        guard isNews else { return }
        say((name.isEmpty ? "" : "\(name): ") + text.replacing("\n", with: " / ") + ending)
    }

    private func say(_ text: String) {
        console.line("\(console.paint(Self.now(), .faint)) \(text)")
    }

    private static func now() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
