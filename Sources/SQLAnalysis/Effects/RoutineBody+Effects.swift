import CPgQuery

extension RoutineBody {
    /// What the body does when it runs. Whether a statement is reached is not known, so
    /// everything it creates counts as IF NOT EXISTS.
    var effects: [Effect] {
        switch language {
        case "plpgsql":
            let code = ProcedureCode(source)
            return (code.pieces.flatMap(\.effects) + code.unread).map(\.conditional)
        case "sql":
            let tokens = Token.scan(source) ?? []
            return SQLPiece(sql: source, tokens: tokens[...]).read(EffectReader.effects)?.map(
                \.conditional) ?? [.unreadable("its code cannot be read")]
        default: return [.unreadable("its code in \(language) cannot be read")]
        }
    }

    /// What the SQL in the body of a DO block asks of relations, likewise.
    var actions: [TableAction] {
        guard language == "plpgsql" else { return [] }
        return ProcedureCode(source).pieces.flatMap {
            $0.read(TableActionReader.actions) ?? []
        }.map(\.conditional)
    }
}

extension Effect {
    /// The same where it is not known whether it happens.
    fileprivate var conditional: Effect {
        switch self {
        case .create(let kind, let name, let columns, _):
            .create(kind, name, columns: columns, ifNotExists: true)
        case .createEnum(let name, let values, _):
            .createEnum(name, values: values, ifNotExists: true)
        case .addColumn(let table, let column, _):
            .addColumn(table: table, column, ifNotExists: true)
        default: self
        }
    }
}

extension TableAction {
    /// The same where it is not known whether it happens, and in a text of its own.
    fileprivate var conditional: TableAction {
        switch self {
        case .createTable(let table):
            .createTable(
                NewTable(
                    name: table.name, columns: table.columns, constraints: table.constraints,
                    partitionOf: table.partitionOf, inherits: table.inherits, ifNotExists: true))
        case .addColumn(let table, let column, _):
            .addColumn(table: table, column, ifNotExists: true)
        case .addConstraint(let table, var constraint):
            {
                constraint.offset = nil
                return .addConstraint(table: table, constraint)
            }()
        default: self
        }
    }
}
