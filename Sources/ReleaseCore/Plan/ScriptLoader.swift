import Glibc
import SQLAnalysis

/// Turns the bytes of pending scripts into planned migrations with findings.
enum ScriptLoader {
    /// - Parameters:
    ///   - pending: what is to be planned, in order.
    ///   - scripts: the bytes of at least those, by name.
    ///   - earlier: scripts that are in the database already, for the findings.
    ///   - databaseIsEmpty: whether nothing there can be lost.
    ///   - judges: whether findings and losses are wanted: judging takes longer than reading.
    ///   - schema: where unqualified names lead to.
    ///   - facts: what the database says about the relations that scripts touch; nil where only
    ///     the earlier scripts can tell.
    /// - Returns: the planned migrations, and problems for scripts that cannot
    ///   be sent at all.
    static func load(
        _ pending: [Migration], _ scripts: [String: [UInt8]], behind earlier: [Migration] = [],
        databaseIsEmpty: Bool = false, judges: Bool = true, schema: String = "public",
        facts: ([Script]) throws -> KnownSchema?
    ) rethrows -> (planned: [PlannedMigration], problems: [Problem]) {
        var planned: [PlannedMigration] = []
        var problems: [Problem] = []
        for (migration, reading) in zip(pending, readings(pending, scripts)) {
            guard let (script, psqlCommand) = reading else {
                problems.append(
                    Problem(.unreadable, migration.name, "its script is not UTF-8 text."))
                continue
            }
            if let psqlCommand {
                problems.append(Problem(.unreadable, migration.name, psqlCommand))
            }
            if let obstacle = obstacle(in: script) {
                problems.append(Problem(.unreadable, migration.name, obstacle))
            }
            planned.append(PlannedMigration(migration: migration, script: script))
        }
        guard judges, !planned.isEmpty else { return (planned, problems) }
        let history = readings(earlier, scripts).compactMap { $0?.script }
        let known = databaseIsEmpty ? nil : try facts(planned.map(\.script))
        var linter =
            known.map { Linter(schema: $0) }
            ?? Linter(
                history: history, databaseIsEmpty: databaseIsEmpty, defaultSchema: schema)
        for index in planned.indices {
            planned[index].findings = linter.findings(in: planned[index].script)
        }
        for loss in PotentialLoss.all(
            in: planned.map(\.script), history: history, databaseIsEmpty: databaseIsEmpty,
            defaultSchema: schema)
        {
            planned[loss.migration].losses.append(loss)
        }
        return (planned, problems)
    }

    /// The same where only the earlier scripts tell what the database has.
    static func load(
        _ pending: [Migration], _ scripts: [String: [UInt8]], behind earlier: [Migration] = [],
        databaseIsEmpty: Bool = false, schema: String = "public"
    ) -> (planned: [PlannedMigration], problems: [Problem]) {
        load(
            pending, scripts, behind: earlier, databaseIsEmpty: databaseIsEmpty, schema: schema,
            facts: { _ in nil })
    }

    private typealias Reading = (script: Script, psqlCommand: String?)

    /// Parses scripts, on all processors where there are many; `nil` for what is no text.
    private static func readings(
        _ migrations: [Migration], _ scripts: [String: [UInt8]]
    ) -> [Reading?] {
        let read: @Sendable (Migration) -> Reading? = { migration in
            scripts[migration.name].flatMap { String(validating: $0, as: UTF8.self) }.map(Self.read)
        }
        guard migrations.count >= manyScripts else { return migrations.map(read) }
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        return migrations.concurrentMap(width: min(processors, 4), read)
    }

    /// From how many on threads cost less than they save.
    private static let manyScripts = 16

    private static func obstacle(in script: Script) -> String? {
        script.unrunnable.map { statement, reason in
            "statement \(statement.ordinal) in line \(statement.line) is \(reason)"
        }
    }

    /// Why no server can run a script that was parsed before; `nil` where one can.
    static func obstacle(in script: Script, _ text: String) -> String? {
        if let obstacle = obstacle(in: script) { return obstacle }
        return script.opaqueScan == nil ? nil : read(text).psqlCommand
    }

    /// A script this grammar cannot read may be of a newer server: it is sent
    /// as it is, and the server has the last word.
    static func parse(_ text: String) -> Script { read(text).script }

    /// The second value says what is wrong with a script for psql, whose commands
    /// no server can run.
    private static func read(_ text: String) -> Reading {
        do {
            return (try Script(text), nil)
        } catch {
            let isCommand = error.near.hasPrefix("\\")
            return (
                Script.opaque(text, because: error),
                isCommand ? "line \(error.line): \(error.message)" : nil
            )
        }
    }
}
