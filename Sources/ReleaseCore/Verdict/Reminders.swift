import PostgresLink
import SQLAnalysis

/// Something people have to do after a deployment, remembered until it is done.
public struct Reminder: Sendable, Hashable, Codable {
    public var id: Int
    /// A sentence, such as “Remove the feature flag new_search.”
    public var text: String
    /// The migration that asks for it, where one does.
    public var migration: String?
    /// As the server prints it.
    public var since: String
}

extension LedgerReader {
    /// What is not done yet, oldest first.
    ///
    /// - Throws: `PostgresError`.
    static func reminders(_ session: PostgresSession) throws -> [Reminder] {
        guard try session.query("SELECT to_regclass('_sluice.reminders') IS NOT NULL").scalar == "t"
        else { return [] }
        return try session.query(
            "SELECT id, migration, text, created_at FROM _sluice.reminders WHERE done_at IS NULL ORDER BY id"
        ).records.map {
            Reminder(
                id: $0["id"].flatMap { Int($0) } ?? 0, text: $0["text"] ?? "",
                migration: $0["migration"], since: $0["created_at"] ?? "")
        }
    }
}

extension PlannedMigration {
    /// What its script asks people to do afterwards.
    var reminders: [String] {
        script.directives.afterwards
            + script.directives.flags.map { "Remove the feature flag \($0) after confidence." }
    }
}

extension Reminder {
    /// The SQL that remembers what is to be done; what is open already is not repeated.
    static func insertion(
        _ texts: [(migration: String?, text: String)], deployment: String
    ) -> String {
        let rows = texts.map {
            "(\(Quoting.literal($0.migration))::text, \(Quoting.literal($0.text)))"
        }
        return """
            INSERT INTO _sluice.reminders (deployment, migration, text)
            SELECT '\(deployment)', n.migration, n.text
            FROM (VALUES \(rows.joined(separator: ","))) AS n (migration, text)
            WHERE NOT EXISTS (SELECT FROM _sluice.reminders r
                              WHERE r.text = n.text AND r.migration IS NOT DISTINCT FROM n.migration
                                AND r.done_at IS NULL)
            """
    }
}

extension LedgerWriter {
    /// Remembers what is to be done; what is open already is not repeated.
    ///
    /// - Throws: `PostgresError`.
    func remember(
        _ texts: [(migration: String?, text: String)], deployment: String
    ) throws {
        guard !texts.isEmpty else { return }
        try session.record(Reminder.insertion(texts, deployment: deployment))
    }

    /// Notes that something is done.
    ///
    /// - Returns: whether it was open.
    /// - Throws: `PostgresError`.
    func complete(_ reminder: Int, by actor: String) throws -> Bool {
        try session.record(
            """
            UPDATE _sluice.reminders
            SET done_at = pg_catalog.clock_timestamp(), done_by = \(Quoting.literal(actor))
            WHERE id = \(reminder) AND done_at IS NULL
            """
        ).last?.affectedRows == 1
    }
}

/// Reads and ticks off what is to be done after deployments.
public struct ReminderList {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// - Parameters:
    ///   - environment: its name; `nil` for the only one.
    ///   - done: numbers of what is done.
    /// - Returns: the environment's name and what is still open.
    /// - Throws: ``ReleaseError`` for a number that is not open, and what opening
    ///   the environment throws.
    public func open(
        _ environment: String?, done: [Int] = []
    ) throws -> (environment: String, open: [Reminder]) {
        let release = try workspace.release(to: environment)
        let link = try workspace.link(to: release)
        let name = release.environment.name
        guard link.state.ledger != nil else { return (name, []) }
        let open = try LedgerReader.reminders(link.session)
        if let unknown = done.first(where: { id in !open.contains { $0.id == id } }) {
            throw ReleaseError(
                .usage, "nothing with the number \(unknown) is to be done in \(name).",
                state: "nothing was changed.", next: ["sluice reminders \(name)"])
        }
        let writer = LedgerWriter(
            session: link.session,
            settings: SessionSettings(
                schema: link.target.schema, deploy: release.environment.deploy))
        for id in done { _ = try writer.complete(id, by: workspace.options.actor) }
        return (name, open.filter { !done.contains($0.id) })
    }
}
