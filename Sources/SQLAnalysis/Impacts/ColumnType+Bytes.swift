extension ColumnType {
    /// Whether PostgreSQL takes values of another type as they are when a column becomes this
    /// one, so that it need not write the table anew. An unknown old type is not.
    ///
    /// From `ATColumnChangeRequiresRewrite` in PostgreSQL 15: nothing changes where the cast only
    /// relabels, or where a longer limit makes a length check pointless.
    func keepsBytes(of old: ColumnType?, isUTC: Bool) -> Bool {
        guard let old else { return false }
        if old == self { return true }
        guard !isArray, !old.isArray, name.schema == nil, old.name.schema == nil else {
            return false
        }
        let (from, to) = (old.name.name, name.name)
        switch (from, to) {
        case ("varchar", "text"), ("cidr", "inet"), ("xml", "text"), ("int4", "oid"),
            ("text", "citext"), ("varchar", "citext"), ("citext", "text"):
            return true
        case ("text", "varchar"), ("citext", "varchar"), ("xml", "varchar"):
            return modifiers.isEmpty
        case ("varchar", "varchar"), ("varbit", "varbit"):
            return isAtLeast(old, unlimited: .max)
        case ("numeric", "numeric"): return holdsDigits(of: old)
        case ("timestamp", "timestamp"), ("timestamptz", "timestamptz"), ("time", "time"),
            ("timetz", "timetz"):
            return isAtLeast(old, unlimited: 6)
        case ("interval", "interval"):
            // Fields such as DAY TO SECOND are a number of their own.
            return modifiers.isEmpty
        case ("timestamp", "timestamptz"), ("timestamptz", "timestamp"):
            return isUTC && (modifiers.first ?? 6) >= 6
        default: return false
        }
    }

    /// Whether an index on values of another type still has the right order. Only types that
    /// compare in their own way have not, of those that keep the bytes.
    func keepsOrder(of old: ColumnType?) -> Bool {
        let own: Set<String> = ["citext", "oid"]
        guard let old, old != self else { return old != nil }
        return !own.contains(name.name) && !own.contains(old.name.name)
    }

    private func isAtLeast(_ old: ColumnType, unlimited: Int) -> Bool {
        (modifiers.first ?? unlimited) >= (old.modifiers.first ?? unlimited)
    }

    /// More digits in front of the same number behind the point.
    private func holdsDigits(of old: ColumnType) -> Bool {
        guard let precision = modifiers.first else { return true }
        guard let oldPrecision = old.modifiers.first else { return false }
        return precision >= oldPrecision
            && modifiers.dropFirst().first ?? 0 == old.modifiers.dropFirst().first ?? 0
    }
}
