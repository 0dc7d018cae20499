/// What must be looked up in a database to judge scripts against it.
public struct AskedNames: Sendable, Hashable {
    /// The relations that the scripts name, as they write them; without duplicates.
    public private(set) var relations: [ObjectName] = []
    /// The types they name.
    public private(set) var types: [ObjectName] = []
    /// The functions that new columns call for their defaults.
    public private(set) var functions: [String] = []

    /// Gathers the names of scripts.
    public init(_ scripts: some Sequence<Script>) {
        var seen = (Set<ObjectName>(), Set<ObjectName>(), Set<String>())
        for statement in scripts.lazy.flatMap(\.statements) {
            for name in statement.actions.flatMap(\.relations) where seen.0.insert(name).inserted {
                relations.append(name)
            }
            for effect in statement.effects {
                for name in effect.relations where seen.0.insert(name).inserted {
                    relations.append(name)
                }
                for name in effect.types where seen.1.insert(name).inserted { types.append(name) }
            }
            for name in statement.actions.flatMap(\.functions) where seen.2.insert(name).inserted {
                functions.append(name)
            }
        }
    }
}

extension TableAction {
    /// The relations that the action names.
    fileprivate var relations: [ObjectName] {
        switch self {
        case .fixed(_, _, let name, _, _), .dropTable(let name, _), .dropColumn(let name, _),
            .alterType(let name, _, _, _), .setNotNull(let name, _), .dropNotNull(let name, _),
            .setDefault(let name, _, _), .validateConstraint(let name, _),
            .dropConstraint(let name, _), .renameConstraint(let name, _, _),
            .dropIndex(let name, _), .reindex(_, let name, _):
            [name]
        case .createTable(let table):
            [table.name] + table.inherits + (table.partitionOf.map { [$0] } ?? [])
                + (table.constraints + table.columns.flatMap(\.constraints)).compactMap(
                    \.references)
        case .addColumn(let table, let column, _):
            [table] + column.constraints.compactMap(\.references)
        case .addConstraint(let table, let constraint):
            [table] + (constraint.references.map { [$0] } ?? [])
        case .attachPartition(let parent, let part, _), .detachPartition(let parent, let part, _):
            [parent, part]
        case .createIndex(let index): [index.table] + (index.name.map { [$0] } ?? [])
        case .createDomain, .constrainDomain, .declareFunction: []
        }
    }

    /// The functions that decide whether the table is written anew.
    fileprivate var functions: [String] {
        guard case .addColumn(_, let column, _) = self,
            case .value(let functions) = column.filling
        else { return [] }
        return functions.map(\.name)
    }
}

extension Effect {
    fileprivate var relations: [ObjectName] {
        switch self {
        case .drop(let kind, let name, _, _), .rename(let kind, let name, _),
            .setSchema(let kind, let name, _):
            kind.isRelation ? [name] : []
        case .truncate(let name, _), .delete(let name, _), .update(let name, _, _): [name]
        // Whether IF NOT EXISTS creates it.
        case .create(.table, let name, _, ifNotExists: true): [name]
        default: []
        }
    }

    fileprivate var types: [ObjectName] {
        switch self {
        case .drop(.type, let name, _, _), .rename(.type, let name, _), .addEnumValue(let name, _),
            .renameEnumValue(let name, _, _), .drop(.domain, let name, _, _):
            [name]
        case .alterColumnType(_, _, let type, _): [type.name]
        default: []
        }
    }
}
