import ReleaseCore

/// The JSON of `sluice history`.
struct HistoryDocument: Encodable {
    var environment: String
    var deployments: [DeploymentRecord]
    var events: [LedgerEvent]

    init(_ contents: LedgerHistory.Contents) {
        environment = contents.environment
        deployments = contents.deployments
        events = contents.events
    }
}

/// A ledger as people read it.
struct HistoryText {
    let contents: LedgerHistory.Contents
    let console: Console
    private static let longestSteps = 8

    func lines(limit: Int) -> [String] {
        guard !contents.events.isEmpty else {
            return ["nothing is recorded of \(contents.environment)."]
        }
        let shown = Set(contents.deployments.map(\.id))
        // What belongs to a deployment is told with it.
        let top = contents.events.filter { event in
            event.kind == .deployment || !(event.deployment.map(shown.contains) ?? false)
        }
        return top.prefix(limit).flatMap(lines)
    }

    private func lines(_ event: LedgerEvent) -> [String] {
        let record =
            event.kind == .deployment
            ? contents.deployments.first { $0.id == event.deployment } : nil
        guard let record else { return [line(event)] }
        return [line(event)] + details(record)
    }

    private func line(_ event: LedgerEvent) -> String {
        let time = console.paint(Self.time(event.at), .faint)
        let by = event.by.map { "  by \($0)" } ?? ""
        let text = event.text.map { "  \(Self.firstLine($0))" } ?? ""
        switch event.kind {
        // Their subject says what happened.
        case .deployment, .hold, .release:
            return "\(time)  \(console.paint(event.subject, tone(event)))\(text)\(by)"
        default:
            return
                "\(time)  \(event.kind.rawValue) \(console.paint(event.subject, tone(event)))\(text)\(by)"
        }
    }

    private func details(_ record: DeploymentRecord) -> [String] {
        let margin = "    "
        let own = contents.events.filter { $0.deployment == record.id && $0.kind != .deployment }
            .reversed()
        var lines: [String] = []
        if let file = record.configuration {
            lines.append(console.paint("\(margin)configuration from \(file)", .warning))
        }
        lines += own.filter { $0.kind == .override || $0.kind == .accept }.map { event in
            margin
                + console.paint("\(event.kind.rawValue) \(event.subject)", .warning)
                + (event.text.map { "  \(Self.firstLine($0))" } ?? "")
                + (event.by.map { "  by \($0)" } ?? "")
        }
        let gates = own.filter { $0.kind == .gate }
        if console.isVerbose {
            lines += gates.map { "\(margin)gate \($0.subject)  \($0.text ?? "")" }
        } else if !gates.isEmpty {
            let passed = gates.count { $0.subject.hasSuffix(" pass") }
            lines.append(
                console.paint("\(margin)gates: \(passed) of \(gates.count) passed", .faint))
        }
        let limit = console.isVerbose ? Int.max : Self.longestSteps
        lines += record.steps.prefix(limit).map { step in
            "\(margin)\(step.outcome) \(step.migration)\(step.message.map { ": \($0)" } ?? "")"
        }
        if record.steps.count > limit {
            lines.append("\(margin)… and \(record.steps.count - limit) more (--verbose)")
        }
        lines += own.filter { $0.kind == .smoke || $0.kind == .maintenance }.map {
            "\(margin)\($0.kind.rawValue) \($0.subject)"
        }
        return lines
    }

    private func tone(_ event: LedgerEvent) -> Console.Tone {
        switch (event.kind, event.subject) {
        case (.deployment, "succeeded"), (.smoke, "passed"), (.rehearsal, "passed"),
            (.approval, _), (.release, _):
            .good
        case (.deployment, _), (.smoke, _), (.rehearsal, _), (.hold, _): .bad
        case (.override, _), (.accept, _), (.resolve, _), (.rename, _): .warning
        default: .strong
        }
    }

    /// `2026-11-23 15:00:00`, in UTC as in the JSON.
    static func time(_ at: String) -> String { at.prefix(19).replacing("T", with: " ") + " UTC" }

    static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }
}

/// A ledger for an audit or a step summary.
struct HistoryMarkdown {
    let contents: LedgerHistory.Contents

    func lines() -> [String] {
        [
            "### \(contents.environment)", "", "| when (UTC) | what | | who | |",
            "| --- | --- | --- | --- | --- |",
        ]
            + contents.events.map { event in
                let cells = [
                    String(HistoryText.time(event.at).prefix(19)), event.kind.rawValue,
                    event.subject, event.by ?? "", event.text ?? "",
                ]
                return "| \(cells.map(Self.escaped).joined(separator: " | ")) |"
            } + steps
    }

    private var steps: [String] {
        let rows = contents.deployments.flatMap { record in
            record.steps.map { step in
                "| \(record.id.prefix(8)) | `\(step.migration)` | \(step.outcome) | \(Self.escaped(step.message ?? "")) |"
            }
        }
        guard !rows.isEmpty else { return [] }
        return ["", "| deployment | migration | outcome | |", "| --- | --- | --- | --- |"] + rows
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}
