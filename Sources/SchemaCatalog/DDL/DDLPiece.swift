/// What one operation comes to: clauses of an `ALTER TABLE`, which neighbours
/// on the same table share, or whole statements.
struct DDLPiece {
    var step: String
    /// The table whose `ALTER TABLE` the clauses belong to.
    var table: SchemaObjectID?
    var clauses: [String] = []
    var statements: [String] = []
    var losses: [DataLoss] = []
    var followUps: [FollowUp] = []

    static func statement(_ step: String, _ statements: String...) -> DDLPiece {
        DDLPiece(step: step, statements: statements)
    }

    static func clause(
        _ table: SchemaObjectID, _ clauses: String..., step: String = "AlterTable"
    ) -> DDLPiece {
        DDLPiece(step: step, table: table, clauses: clauses)
    }
}

/// Joins pieces into steps as Prisma's files have them: one `ALTER TABLE` for
/// neighbouring changes of a table, one step per statement otherwise.
struct StepAssembly {
    private(set) var steps: [DDLStep] = []
    private var open: (table: SchemaObjectID, clauses: [String])?
    private let spelling: Spelling

    init(_ spelling: Spelling) {
        self.spelling = spelling
    }

    mutating func add(_ piece: DDLPiece, for objects: [SchemaObjectID]) {
        if let table = piece.table, !piece.clauses.isEmpty {
            join(piece, table)
        } else {
            open = nil
            guard !piece.statements.isEmpty || !piece.followUps.isEmpty else { return }
            steps.append(DDLStep(piece.step, piece.statements))
        }
        guard var last = steps.popLast() else { return }
        if piece.table != nil, !piece.clauses.isEmpty, !piece.statements.isEmpty {
            last.statements += piece.statements
            open = nil
        }
        last.objects += objects
        last.losses += piece.losses
        last.followUps += piece.followUps
        steps.append(last)
    }

    private mutating func join(_ piece: DDLPiece, _ table: SchemaObjectID) {
        let isSameStep = open?.table == table && steps.last?.name == piece.step
        if !isSameStep {
            open = (table, [])
            steps.append(DDLStep(piece.step, [""]))
        }
        open?.clauses += piece.clauses
        let text = "ALTER TABLE \(spelling.name(table)) "
        steps[steps.count - 1].statements[0] =
            text + (open?.clauses ?? []).joined(separator: ",\n")
    }
}
