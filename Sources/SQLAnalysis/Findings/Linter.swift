/// Finds the hazards of the migrations of one plan.
///
/// The plan is read in order, since what an earlier migration of it has created is no loss when
/// a later one drops it.
public struct Linter: Sendable {
    /// A migration to judge.
    public typealias Migration = (name: String, script: Script)

    /// The findings of one migration.
    public struct Report: Sendable, Hashable {
        /// The migration's name.
        public let name: String
        /// In the order of its statements.
        public let findings: [Finding]
    }

    /// Every rule there is, in the order of its findings on one statement.
    public static let allRules: [any Rule] = [
        DropTable(), DropColumn(), RenameAsDropAndCreate(), DropSchema(), DropType(),
        EnumValueRemoved(), DropView(), Truncate(), DeleteAllRows(), UpdateWithoutWhere(),
        ColumnTypeChange(), DropDatabase(), DropOwned(), TableRecreated(), DropDependent(),
        RequiredColumn(), SetNotNull(), ColumnRewrite(), TypeRewrite(), TableRewrite(),
        IndexBlocksWrites(), ConstraintBuildsIndex(), DuplicatesRefused(), PrimaryKeyScan(),
        ForeignKeyScan(), CheckScan(), DomainScan(), ReindexBlocks(), AttachPartitionScan(),
        DetachPartitionBlocks(), RefreshBlocksReads(), WorkUnderLock(), ExplicitLock(),
        RenameTable(), RenameColumn(), RenameObject(), MovedToSchema(), DropIndexUsed(),
        DropConstraint(), DropNotNull(), DropDefault(), RowSecurity(), AccessTaken(),
        TriggerSilenced(), JSONColumn(), ConcurrentIndexCorruption(), OwnTablesTouched(),
        WorkThrownAway(),
    ]

    private let rules: [any Rule]
    private var schema: KnownSchema

    /// Prepares to judge a plan.
    ///
    /// - Parameters:
    ///   - history: the migrations that the database has already, in order. They tell types
    ///     and enum values, which makes findings more precise; they may be left out.
    ///   - databaseIsEmpty: whether the database has no objects of its own, so that nothing
    ///     can be lost.
    ///   - defaultSchema: where unqualified names live.
    ///   - rules: what to look for.
    public init(
        history: [Script] = [], databaseIsEmpty: Bool = false, defaultSchema: String = "public",
        rules: [any Rule] = Linter.allRules
    ) {
        self.rules = rules
        schema = KnownSchema(defaultSchema: defaultSchema, beganEmpty: databaseIsEmpty)
        for script in history {
            schema.replay(script)
        }
        schema.beginPlan()
    }

    /// Prepares to judge a plan.
    ///
    /// - Parameters:
    ///   - schema: what is known of the database, as it is when the plan begins.
    ///   - rules: what to look for.
    public init(schema: KnownSchema, rules: [any Rule] = Linter.allRules) {
        self.rules = rules
        self.schema = schema
    }

    /// The findings of a plan, one report for each migration, in the same order.
    public static func findings(
        in plan: [Migration], history: [Script] = [], databaseIsEmpty: Bool = false,
        defaultSchema: String = "public"
    ) -> [Report] {
        var linter = Linter(
            history: history, databaseIsEmpty: databaseIsEmpty, defaultSchema: defaultSchema)
        return plan.map { Report(name: $0.name, findings: linter.findings(in: $0.script)) }
    }

    /// Takes up a migration that the database has already.
    public mutating func learn(_ script: Script) { schema.replay(script) }

    /// Begins another plan: everything that is known by now was there before it.
    public mutating func beginPlan() { schema.beginPlan() }

    /// The findings of the plan's next migration.
    public mutating func findings(in script: Script) -> [Finding] {
        var findings = Self.directives(script)
        guard !script.isOpaque else { return [Self.unreadable(script)] + findings }
        schema.begin(script)
        for unit in script.unitsWithControl {
            var held: [ObjectName: (mode: LockMode, statement: Int)] = [:]
            schema.beginTransaction()
            for index in unit {
                findings += judge(index, script, &held)
                schema.apply(script.statements[index])
            }
        }
        return findings
    }

    /// The findings of one statement. The context, which shares the schema, is gone before the
    /// schema changes, so that it is never copied.
    private func judge(
        _ index: Int, _ script: Script,
        _ held: inout [ObjectName: (mode: LockMode, statement: Int)]
    ) -> [Finding] {
        let context = RuleContext(script: script, index: index, schema: schema, held: held)
        let findings = judge(context)
        hold(context, &held)
        return findings
    }

    /// Notes the locks that a statement leaves to those behind it.
    private func hold(
        _ context: RuleContext, _ held: inout [ObjectName: (mode: LockMode, statement: Int)]
    ) {
        guard !context.statement.actions.isEmpty else { return }
        for impact in schema.impacts(of: context.statement)
        where impact.kind == .table && context.isOld(impact.relation) {
            let known = held[impact.relation]
            guard known.map({ $0.mode < impact.lock }) ?? true else { continue }
            held[impact.relation] = (impact.lock, context.statement.ordinal)
        }
    }

    /// What is not read must not pass for harmless.
    private static func unreadable(_ script: Script) -> Finding {
        let complaint = script.opaqueScan?.complaint
        let reason = complaint.map { ": \($0.message.dropLast())" } ?? ""
        return Finding(
            rule: "unreadable", hazard: .script, severity: .warning,
            statement: complaint?.statement ?? 1, line: complaint?.line ?? 1,
            message: "The grammar of PostgreSQL 15 cannot read the script\(reason), so what it "
                + "destroys is not known; mend it, or, where a newer server understands it, read it "
                + "yourself.", objects: [])
    }

    /// A directive that has no effect is a timeout or a reminder that somebody counts on.
    private static func directives(_ script: Script) -> [Finding] {
        script.notes.filter { $0.statement == nil }.map { note in
            let next = script.statements.first { $0.line >= note.line } ?? script.statements.last
            return Finding(
                rule: "directive", hazard: .script, severity: .warning,
                statement: next?.ordinal ?? 1, line: note.line, message: note.sentence,
                objects: [])
        }
    }

    private func judge(_ context: RuleContext) -> [Finding] {
        let allowances = context.statement.allowances
        let allowed = Set(allowances.map(\.rule))
        let found =
            context.effects.isEmpty && context.statement.actions.isEmpty
            ? [] : rules.flatMap { $0.check(context) }.filter { !allowed.contains($0.rule) }
        return found + allowances.compactMap { judge($0, context) }
    }
}

// MARK: - Allowances

extension Linter {
    /// What is wrong with an allowance, if anything.
    private func judge(_ allowance: Allowance, _ context: RuleContext) -> Finding? {
        guard let rule = rules.first(where: { $0.name == allowance.rule }) else {
            return note(
                allowance, context,
                "The comment allows \(allowance.rule), but there is no such rule; known are "
                    + "\(rules.map(\.name).joined(separator: ", ")).")
        }
        // It is needed even where this plan has created the object: another database may have
        // it already.
        var older = context.schema
        older.ignoresNewness = true
        let strict = RuleContext(script: context.script, index: context.index, schema: older)
        if rule.check(strict).isEmpty {
            return note(
                allowance, context,
                "The comment allows \(allowance.rule), which this statement does not do; remove "
                    + "the comment.")
        }
        guard allowance.reason.isEmpty else { return nil }
        return note(
            allowance, context,
            "The comment allows \(allowance.rule) without a reason; write one behind the rule.")
    }

    private func note(_ allowance: Allowance, _ context: RuleContext, _ message: String)
        -> Finding
    {
        Finding(
            rule: "allow", hazard: .script, severity: .note, statement: context.statement.ordinal,
            line: allowance.line, message: message, objects: [])
    }
}

extension Script {
    /// The indices of all statements, those of one transaction together; the author's own
    /// transaction control stands alone.
    fileprivate var unitsWithControl: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var next = 0
        for unit in units where !unit.statements.isEmpty {
            ranges += (next..<max(next, unit.statements.lowerBound)).map { $0..<$0 + 1 }
            ranges.append(unit.statements)
            next = unit.statements.upperBound
        }
        return ranges + (next..<max(next, statements.count)).map { $0..<$0 + 1 }
    }
}
