/// Turns one change of an object around although another change of the same
/// object came later, where the two touch different things.
struct FieldMerge {
    let wanted: SchemaObject
    let had: SchemaObject
    let current: SchemaObject

    /// `nil` where both changed the same thing.
    var merged: SchemaObject? {
        switch (wanted, had, current) {
        case (.column(let wanted), .column(let had), .column(let current)):
            return column(wanted, had, current).map { .column($0) }
        case (.table(let wanted), .table(let had), .table(let current)):
            return table(wanted, had, current).map { .table($0) }
        case (.enumeration(let wanted), .enumeration(let had), .enumeration(let current)):
            return labels(wanted.labels, had.labels, current.labels).map {
                .enumeration(EnumDefinition(labels: $0))
            }
        case (.domain(let wanted), .domain(let had), .domain(let current)):
            return domain(wanted, had, current).map { .domain($0) }
        default: return nil
        }
    }

    /// One part of a definition; false where it was changed to something else since.
    private func take<Whole, Part: Equatable>(
        _ part: WritableKeyPath<Whole, Part>, _ wanted: Whole, _ had: Whole, _ result: inout Whole
    ) -> Bool {
        guard wanted[keyPath: part] != had[keyPath: part],
            result[keyPath: part] != wanted[keyPath: part]
        else { return true }
        guard result[keyPath: part] == had[keyPath: part] else { return false }
        result[keyPath: part] = wanted[keyPath: part]
        return true
    }

    private func column(
        _ wanted: ColumnDefinition, _ had: ColumnDefinition, _ current: ColumnDefinition
    ) -> ColumnDefinition? {
        var result = current
        let isWhole =
            take(\.type, wanted, had, &result) && take(\.isNotNull, wanted, had, &result)
            && take(\.collation, wanted, had, &result) && take(\.identity, wanted, had, &result)
            && take(\.generated, wanted, had, &result)
            && take(\.statisticsTarget, wanted, had, &result)
            && take(\.storage, wanted, had, &result) && take(\.compression, wanted, had, &result)
            && take(\.options, wanted, had, &result) && take(\.isInherited, wanted, had, &result)
            && take(\.isLocal, wanted, had, &result)
        return isWhole ? result : nil
    }

    private func table(
        _ wanted: TableDefinition, _ had: TableDefinition, _ current: TableDefinition
    ) -> TableDefinition? {
        var result = current
        let isWhole =
            take(\.isUnlogged, wanted, had, &result) && take(\.partitionKey, wanted, had, &result)
            && take(\.partition, wanted, had, &result) && take(\.inherits, wanted, had, &result)
            && take(\.storageParameters, wanted, had, &result)
            && take(\.rowSecurity, wanted, had, &result)
            && take(\.forcesRowSecurity, wanted, had, &result)
            && take(\.replicaIdentity, wanted, had, &result)
            && take(\.clusteredOn, wanted, had, &result)
            && take(\.accessMethod, wanted, had, &result)
            && take(\.tablespace, wanted, had, &result) && take(\.ofType, wanted, had, &result)
        return isWhole ? result : nil
    }

    private func domain(
        _ wanted: DomainDefinition, _ had: DomainDefinition, _ current: DomainDefinition
    ) -> DomainDefinition? {
        var result = current
        let isWhole =
            take(\.type, wanted, had, &result) && take(\.collation, wanted, had, &result)
            && take(\.isNotNull, wanted, had, &result)
            && take(\.defaultExpression, wanted, had, &result)
            && take(\.checks, wanted, had, &result)
        return isWhole ? result : nil
    }

    /// Labels that came go, labels that went return to their place; those of later
    /// changes stay.
    private func labels(_ wanted: [String], _ had: [String], _ current: [String]) -> [String]? {
        var result = current.filter { wanted.contains($0) || !had.contains($0) }
        for (position, label) in wanted.enumerated() where !had.contains(label) {
            guard !result.contains(label) else { continue }
            let previous = wanted[..<position].last { result.contains($0) }
            let index = previous.flatMap { result.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
            result.insert(label, at: index)
        }
        return result
    }
}
