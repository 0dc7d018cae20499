extension ColumnType {
    /// Whether every value of another type keeps its meaning when it becomes this one. An
    /// unknown other type is judged by what this one can hold: text holds everything.
    func keepsEveryValue(of old: ColumnType?) -> Bool {
        guard let old else { return isUnlimitedText }
        if old == self { return true }
        if isUnlimitedText { return true }
        guard old.isArray == isArray, name.schema == nil, old.name.schema == nil else {
            return false
        }
        return Self.widens(from: old, to: self)
    }

    private var isUnlimitedText: Bool {
        !isArray && name.schema == nil
            && (name.name == "text" || (name.name == "varchar" && modifiers.isEmpty))
    }

    private static let integers = ["int2": 5, "int4": 10, "int8": 19]
    private static let times = ["timestamp", "timestamptz", "time", "timetz", "interval"]

    private static func widens(from old: ColumnType, to new: ColumnType) -> Bool {
        let (from, to) = (old.name.name, new.name.name)
        if let digits = integers[from] {
            if let more = integers[to] { return more >= digits }
            if to == "numeric" { return new.holds(integerDigits: digits, scale: 0) }
            return to == "float8" && digits <= 10
        }
        switch (from, to) {
        case ("varchar", "varchar"), ("bit", "varbit"), ("varbit", "varbit"):
            return (new.modifiers.first ?? .max) >= (old.modifiers.first ?? .max)
        case ("numeric", "numeric"):
            guard let precision = old.modifiers.first else { return new.modifiers.isEmpty }
            let scale = old.modifiers.dropFirst().first ?? 0
            return new.holds(integerDigits: precision - scale, scale: scale)
        case ("text", "citext"), ("varchar", "citext"), ("float4", "float8"), ("json", "jsonb"),
            ("jsonb", "json"), ("cidr", "inet"),
            ("date", "timestamp"), ("date", "timestamptz"):
            return true
        default:
            // Between the kinds with and without zone nothing is cut off unless digits are.
            let isSameFamily =
                from == to || (from.hasPrefix("timestamp") && to.hasPrefix("timestamp"))
            return times.contains(from) && isSameFamily
                && (new.modifiers.first ?? 6) >= (old.modifiers.first ?? 6)
        }
    }

    /// Whether a numeric type holds so many digits before and behind the point.
    private func holds(integerDigits: Int, scale: Int) -> Bool {
        guard let precision = modifiers.first else { return true }
        let ownScale = modifiers.dropFirst().first ?? 0
        return ownScale >= scale && precision - ownScale >= integerDigits
    }
}
