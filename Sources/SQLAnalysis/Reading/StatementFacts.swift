import CPgQuery

/// What is taken from the parse tree of one statement before the tree is freed.
struct StatementFacts: Sendable {
    /// The statement's bytes as the parser gives them: with leading comments, without the
    /// semicolon.
    let extent: Range<Int>
    let tag: String
    let control: TransactionControl?
    let refusal: String?
    let isCopyFromStdin: Bool
    let isSetLocal: Bool
    let settingChange: SettingChange?
    let effects: [Effect]
    let actions: [TableAction]
    let standaloneWork: StandaloneFacts?
    /// The body of a DO block or a procedure, with its language.
    let body: RoutineBody?
    /// The procedure that is called or created.
    let procedure: ObjectName?
    let isCall: Bool

    init(_ node: NodePointer, extent: Range<Int>) {
        self.extent = extent
        tag = CommandTag.of(node)
        control = TransactionControl(node)
        refusal = TransactionRefusal.sentence(node)
        effects = EffectReader.effects(of: node)
        actions = TableActionReader.actions(of: node)
        standaloneWork = StandaloneFacts(node)
        settingChange = SettingChange(node)
        body = RoutineBody(node)
        procedure = RoutineBody.procedure(node)
        isCall = node.pointee.node_case == PG_QUERY__NODE__NODE_CALL_STMT
        isCopyFromStdin = Self.isCopyFromStdin(node)
        isSetLocal =
            node.pointee.node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT
            && node.pointee.variable_set_stmt?.pointee.is_local == 1
    }

    private static func isCopyFromStdin(_ node: NodePointer) -> Bool {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_COPY_STMT,
            let copy = node.pointee.copy_stmt?.pointee
        else { return false }
        return copy.is_from != 0 && SQLAnalysis.text(copy.filename) == nil
    }
}

extension Statement {
    init(
        _ facts: StatementFacts, ordinal: Int, range: Range<Int>, line: Int, text: Substring,
        tokens: ArraySlice<Token>, allowances: [Allowance], committing: Bool
    ) {
        self.ordinal = ordinal
        self.range = range
        self.line = line
        self.text = text
        self.allowances = allowances
        tag = facts.tag
        isCopyFromStdin = facts.isCopyFromStdin
        isSetLocal = facts.isSetLocal
        settingChange = facts.settingChange
        effects = facts.effects
        actions = facts.actions
        standaloneWork = facts.standaloneWork.map {
            StandaloneWork($0, text: text, tokens: tokens, base: range.lowerBound)
        }
        if case .begin = facts.control {
            control = .begin(modes: Self.modes(text, tokens, base: range.lowerBound))
        } else {
            control = facts.control
        }
        refusesTransaction =
            committing
            ? "\(facts.tag) runs code that commits or rolls back, which a transaction block "
                + "does not allow."
            : facts.refusal
    }

    /// The words after BEGIN [WORK | TRANSACTION] or START TRANSACTION, without comments.
    private static func modes(_ text: Substring, _ tokens: ArraySlice<Token>, base: Int) -> String?
    {
        let words = tokens.filter { !$0.isComment }.drop {
            [.begin, .start, .transaction, .work].contains($0.kind)
        }
        let modes = words.map { word in
            String(
                decoding: Array(text.utf8)[word.start - base..<word.end - base], as: UTF8.self)
        }
        return modes.isEmpty ? nil : modes.joined(separator: " ")
    }
}

extension TransactionControl {
    fileprivate init?(_ node: NodePointer) {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT,
            let statement = node.pointee.transaction_stmt?.pointee
        else { return nil }
        switch statement.kind {
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN,
            PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
            self = .begin(modes: nil)
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
            self = .commit(chain: statement.chain != 0)
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
            self = .rollback(chain: statement.chain != 0)
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
            self = .prepare
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT,
            PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE,
            PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
            self = .savepoint
        default:
            return nil
        }
    }
}
