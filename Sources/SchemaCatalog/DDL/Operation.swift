/// One thing to do to one object. Operations are ordered first and rendered
/// afterwards.
struct Operation: Hashable {
    var verb: Verb
    var id: SchemaObjectID

    enum Verb: Int, Hashable {
        case drop, alter, create
        /// Makes a table a partition of its parent.
        case attach
        /// Makes a column the owner of a sequence.
        case own
        case comment, grant
    }
}

extension Operation {
    /// Where the operation goes when nothing forces it elsewhere: the order of
    /// steps in Prisma's own files, with the kinds Prisma does not know fitted in.
    func rank(_ kind: ConstraintDefinition.Kind?) -> Int {
        switch verb {
        case .drop: dropRank(kind)
        case .create, .alter: createRank(kind)
        case .own: 19
        case .attach: 22
        case .comment: 40
        case .grant: 41
        }
    }

    private func dropRank(_ constraint: ConstraintDefinition.Kind?) -> Int {
        switch id.kind {
        case .eventTrigger, .publication, .policy, .rule, .trigger, .statistics: 7
        case .view, .materializedView: 8
        case .constraint where constraint == .foreignKey: 9
        case .index: 10
        case .function, .procedure, .aggregate: 11
        case .constraint, .column, .columnDefault: 14
        case .table: 15
        case .sequence: 16
        case .enumeration, .domain, .compositeType, .rangeType: 17
        case .other: 43
        case .collation, .extension: 44
        case .schema: 45
        }
    }

    private func createRank(_ constraint: ConstraintDefinition.Kind?) -> Int {
        switch id.kind {
        case .schema: 0
        case .extension: 1
        case .collation: 2
        case .enumeration: verb == .alter ? 5 : 3
        case .domain, .compositeType, .rangeType: 4
        case .sequence: 13
        case .table: verb == .alter ? 14 : 18
        case .constraint where constraint == .foreignKey: 21
        case .column, .columnDefault, .constraint: 14
        case .index: 20
        case .view, .materializedView: 23
        case .function, .procedure, .aggregate: 24
        case .trigger: 25
        case .policy, .rule: 26
        case .statistics: 27
        case .publication: 28
        case .eventTrigger: 29
        case .other: 30
        }
    }

    /// The order of clauses within one `ALTER TABLE`.
    var clauseRank: Int {
        switch (verb, id.kind) {
        case (.drop, .constraint): 0
        case (.drop, .columnDefault): 1
        case (.drop, .column): 2
        case (.create, .column): 3
        case (.alter, .column): 4
        case (_, .columnDefault): 5
        case (_, .constraint): 6
        default: 7
        }
    }
}
