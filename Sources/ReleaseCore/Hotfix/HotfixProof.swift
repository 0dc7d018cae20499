import PostgresLink
import SQLAnalysis
import Sandbox
import SchemaCatalog

/// The statements that undo migrations, and what the sandbox says about them.
struct HotfixProof {
    /// In the form of Prisma's own files.
    var steps: [DDLStep] = []
    /// What the schema still lacks or has too much after the hotfix, with reasons.
    var cannotReturn: [String] = []
    /// What later migrations have undone already and the hotfix leaves alone.
    var settled: [String] = []
    /// What later migrations added to things that go now.
    var takenAlong: [String] = []
    /// What the migrations had done, for the reason.
    var undone: [SchemaChange] = []
    /// Whether it takes the follow-ups, which need the data back, to get there.
    var needsFollowUps = false
    /// Why the statements do not even run.
    var failure: String?
    /// The schema the hotfix arrives at.
    var goal = SchemaSnapshot()
    /// How many objects were compared.
    var comparedObjects = 0

    var isProven: Bool { cannotReturn.isEmpty && failure == nil }
    /// What SQL alone cannot bring back: the data.
    var losses: [DataLoss] { steps.flatMap(\.losses) }
}

/// Makes the statements that undo migrations, and tries them in the sandbox on a
/// copy of the whole history.
struct HotfixProver {
    let databases: ReplayDatabases
    /// Tables whose indexes are to be built without locking out writers.
    var large: Set<SchemaObjectID> = []

    /// Undoes the newest first: for each run of migrations without gaps, what lies
    /// between its schemas of before and after is turned around in today's.
    ///
    /// - Throws: ``ReleaseError`` when there is nothing to restore.
    func prove(_ groups: [Range<Int>]) throws -> HotfixProof {
        let whole = try databases.database(with: databases.migrations.count)
        let (ends, now) = try sideBySide({ try groups.map(databases.ends) }) {
            try databases.snapshot(with: databases.migrations.count)
        }
        let idle = ends.filter { renames(of: $0).isEmpty }.map(\.database)
        defer {
            for end in ends where !idle.contains(end.database) { drop([end.database]) }
        }
        let (_, proof) = try sideBySide({ drop(idle) }, { try prove(ends, now, in: whole) })
        try refuseNothing(groups, proof)
        return proof
    }

    @Sendable private func drop(_ names: [String]) {
        for name in names { try? databases.cluster.dropDatabase(name) }
    }

    /// In a transaction that is rolled back, so that no copy is needed; in a copy
    /// where a statement refuses to run in one.
    private func prove(
        _ ends: [ReplayDatabases.Ends], _ now: SchemaSnapshot, in whole: String
    ) throws -> HotfixProof {
        do {
            return try databases.withSession(whole) { session in
                try session.execute("BEGIN")
                return try undo(ends, now, session)
            }
        } catch is NeedsCopy {
            return try databases.withCopy(of: databases.migrations.count) { session in
                try undo(ends, now, session)
            }
        }
    }

    private func undo(
        _ ends: [ReplayDatabases.Ends], _ now: SchemaSnapshot, _ session: PostgresSession
    ) throws -> HotfixProof {
        var proof = HotfixProof()
        var now: SchemaSnapshot? = now
        for end in ends.reversed() where proof.failure == nil {
            let owners = try end.ownersAfter ?? Owners(session)
            try undo(end, now ?? databases.read(session), session, &proof)
            if proof.failure == nil { try returnOwners(end, owners, session, &proof) }
            now = nil
        }
        return proof
    }

    private func undo(
        _ end: ReplayDatabases.Ends, _ now: SchemaSnapshot, _ session: PostgresSession,
        _ proof: inout HotfixProof
    ) throws {
        let before = end.before
        var now = now
        var after = end.after ?? now
        let changes = SchemaDifference(from: before, to: after).essentials
        guard !changes.isEmpty else { return }
        proof.undone += changes
        let renames = try Self.turn(renames(of: end, after), session)
        if !renames.isEmpty {
            now = try databases.read(session)
            after = try end.after == nil ? now : schema(of: end, behind: renames)
        }
        let undo = SchemaUndo(before: before, after: after, now: now)
        let steps = SchemaDifference(from: now, to: undo.target).ddl(
            style: .compatible, concurrentlyOn: large)
        proof.steps += renames + steps
        proof.goal = undo.target
        proof.comparedObjects = undo.target.objects.count
        let causes = LaterCauses(migrations: databases.migrations, behind: end.range.upperBound)
        proof.settled += undo.settled.map { causes.line($0, "undone already") }
        proof.takenAlong += undo.takenAlong.map(\.description)
        proof.cannotReturn += undo.unreached.map { change in
            undo.obstacle(of: change).map {
                "\(change.line): \($0) is in the way\(causes.suffix($0))"
            } ?? causes.line(change, "changed again")
        }
        try check(steps, undo.target, session, &proof)
    }

    /// What the migrations gave to another role goes back, unless a later one has
    /// given it away again.
    private func returnOwners(
        _ end: ReplayDatabases.Ends, _ after: Owners, _ session: PostgresSession,
        _ proof: inout HotfixProof
    ) throws {
        let before = end.ownersBefore
        for object in after.changed(from: before) {
            let now = try Owners(session).roles[object]
            // What had to be made anew belongs to whoever applies the hotfix.
            guard now != before.roles[object], now == after.roles[object] || now == nil else {
                continue
            }
            let statement = before.statement(returning: object)
            do {
                try Self.apply([statement + ";"], session)
                proof.steps.append(DDLStep("AlterOwner", [statement]))
            } catch let error as PostgresError where !error.connectionLost {
                // It is not there any more.
                if ["42P01", "42883", "42704", "3F000"].contains(error.state?.rawValue ?? "") {
                    continue
                }
                proof.cannotReturn.append(
                    "[~] owner of \(object.type) \(object.identity): \(error.message)")
            }
        }
    }

    private func renames(
        of end: ReplayDatabases.Ends, _ now: SchemaSnapshot? = nil
    ) -> [DDLStep] {
        let effects = databases.migrations[end.range].flatMap {
            $0.script.statements.flatMap(\.effects)
        }
        guard let after = end.after ?? now else { return [] }
        return RenameReversal(effects: effects, before: end.before, after: after).steps
    }

    /// What the script itself renamed is renamed back, which keeps the rows. What
    /// a later migration has renamed again, or dropped, is left to the comparison.
    private static func turn(
        _ steps: [DDLStep], _ session: PostgresSession
    ) throws -> [DDLStep] {
        try steps.filter { step in
            do {
                try apply([step.sql], session)
                return true
            } catch let error as PostgresError {
                if error.connectionLost { throw error }
                return false
            }
        }
    }

    private func schema(
        of end: ReplayDatabases.Ends, behind renames: [DDLStep]
    ) throws -> SchemaSnapshot {
        try databases.withSession(end.database) { session in
            try session.execute("BEGIN")
            try Self.apply(renames.map(\.sql), session)
            return try databases.read(session)
        }
    }

    /// Compares the sandbox with the goal, first behind the statements alone, then
    /// with their follow-ups, which a copy without rows can run.
    private func check(
        _ steps: [DDLStep], _ goal: SchemaSnapshot, _ session: PostgresSession,
        _ proof: inout HotfixProof
    ) throws {
        do {
            try Self.apply(steps.map(\.sql), session)
        } catch let error as PostgresError {
            proof.failure = error.message
            return
        }
        var left = SchemaDifference(from: try databases.read(session), to: goal).details
        let followUps = steps.flatMap(\.followUps).map { $0.statement + ";" }
        if !left.isEmpty, !followUps.isEmpty,
            let completed = try complete(followUps.joined(separator: "\n"), session)
        {
            left = SchemaDifference(from: completed, to: goal).details
            proof.needsFollowUps = true
        }
        proof.cannotReturn += left
    }

    /// The schema behind the follow-ups, which is not kept; `nil` where they do not
    /// run. Rows that the history itself has inserted are in their way as those of an
    /// environment are, but here nobody fills them in (SQLSTATE class 23).
    private func complete(
        _ followUps: String, _ session: PostgresSession
    ) throws -> SchemaSnapshot? {
        let isNested = session.isInTransaction
        let name = "sluice_follow_ups"
        for preparation in ["", Self.emptyAllTables] {
            try session.execute(isNested ? "SAVEPOINT \(name)" : "BEGIN")
            let result = Result {
                if !preparation.isEmpty { try session.execute(preparation) }
                try session.execute(followUps)
                return try databases.read(session)
            }
            try session.execute(isNested ? "ROLLBACK TO SAVEPOINT \(name)" : "ROLLBACK")
            switch result {
            case .success(let schema): return schema
            case .failure(let error as PostgresError)
            where error.state?.rawValue.hasPrefix("23") == true:
                continue
            case .failure(let error as PostgresError) where !error.connectionLost: return nil
            case .failure(let error): throw error
            }
        }
        return nil
    }

    private static let emptyAllTables = """
        DO $$
        DECLARE tables text;
        BEGIN
          SELECT string_agg(c.oid::regclass::text, ', ') INTO tables
          FROM pg_catalog.pg_class c
          WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)';
          IF tables IS NOT NULL THEN EXECUTE 'TRUNCATE ' || tables || ' CASCADE'; END IF;
        END
        $$
        """

    private func refuseNothing(_ groups: [Range<Int>], _ proof: HotfixProof) throws {
        let names = groups.flatMap { databases.migrations[$0].map(\.name) }
        let subject = names.count == 1 ? names[0] : "\(names.count) migrations"
        if proof.undone.isEmpty, proof.steps.isEmpty, proof.cannotReturn.isEmpty {
            let writes = groups.contains { group in
                databases.migrations[group].contains { $0.script.writesRows }
            }
            throw ReleaseError(
                .needsAttention,
                "\(subject) changes no schema, so there is none to restore"
                    + (writes ? "; it changes rows, which no SQL can turn around." : "."),
                state: "no branch was made.",
                next: writes
                    ? ["write the correction of the rows with “sluice new”."]
                    : ["if it changed data, write the correction with “sluice new”."])
        }
        if proof.steps.isEmpty, proof.cannotReturn.isEmpty, proof.failure == nil {
            throw ReleaseError(
                .needsAttention, "later migrations have undone \(subject) already.",
                state: "no branch was made.", next: proof.settled)
        }
    }

    /// Runs statements, each unit of them in a transaction; inside one of the
    /// caller's, in savepoints of it.
    ///
    /// - Throws: `PostgresError`; ``NeedsCopy`` for what cannot run in a transaction.
    static func apply(_ statements: [String], _ session: PostgresSession) throws {
        let script = ScriptLoader.parse(statements.joined(separator: "\n"))
        if session.isInTransaction { return try applyNested(script, session) }
        for unit in script.units {
            let sql = String(script.sql(of: unit))
            do {
                try session.execute(unit.kind == .alone ? sql : "BEGIN;\n\(sql)\n;COMMIT")
            } catch {
                if session.isInTransaction { try session.execute("ROLLBACK") }
                throw error
            }
        }
    }

    private static func applyNested(_ script: Script, _ session: PostgresSession) throws {
        let name = "sluice_undo"
        for unit in script.units {
            guard unit.kind != .alone else { throw NeedsCopy() }
            do {
                try session.execute(
                    "SAVEPOINT \(name);\n\(script.sql(of: unit))\n;RELEASE SAVEPOINT \(name)")
            } catch let error as PostgresError where !error.connectionLost {
                // An enum value cannot be used in the transaction that adds it (55P04).
                if ["25001", "55P04"].contains(error.state?.rawValue ?? "") { throw NeedsCopy() }
                try session.execute("ROLLBACK TO SAVEPOINT \(name)")
                throw error
            }
        }
    }

    /// A statement cannot be tried in a transaction.
    struct NeedsCopy: Error {}
}

extension SchemaUndo {
    /// What stands in the way of a change, or of a part of it.
    fileprivate func obstacle(of change: SchemaChange) -> SchemaObjectID? {
        obstacles[change.object]
            ?? obstacles.sorted { $0.key < $1.key }.first { id, _ in
                id.schema == change.object.schema && id.name == change.object.name
            }?.value
    }
}

extension Script {
    /// Whether a statement changes rows.
    fileprivate var writesRows: Bool {
        statements.contains { ["INSERT", "UPDATE", "DELETE", "TRUNCATE TABLE"].contains($0.tag) }
    }
}

/// Says which later migration has to do with an object, by its name in the script.
struct LaterCauses {
    let migrations: [ReplayMigration]
    let behind: Int

    /// `[~] column public.jobs.budget (changed again by 2_x)`.
    func line(_ change: SchemaChange, _ what: String) -> String {
        let cause = migration(naming: change.object).map { " by \($0)" } ?? " since"
        return "\(change.line) (\(what)\(cause))"
    }

    /// ` (2_x)`.
    func suffix(_ id: SchemaObjectID) -> String { migration(naming: id).map { " (\($0))" } ?? "" }

    /// The newest one whose script has the object's name as a word.
    func migration(naming id: SchemaObjectID) -> String? {
        let name = String((id.member ?? id.name).prefix { $0 != "(" }).lowercased()
        let table = id.kind.isMember ? id.name.lowercased() : name
        return migrations[behind...].last { migration in
            let words = Set(
                migration.text.lowercased().split { character in
                    !(character.isLetter || character.isNumber || character == "_")
                }.map(String.init))
            return Self.isNamed(name, words) && Self.isNamed(table, words)
        }?.name
    }

    private static func isNamed(_ name: String, _ words: Set<String>) -> Bool {
        name.split { !($0.isLetter || $0.isNumber || $0 == "_") }.allSatisfy {
            words.contains(String($0))
        }
    }
}
