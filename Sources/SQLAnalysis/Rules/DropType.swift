/// DROP TYPE or DROP DOMAIN of one that was there before the plan.
struct DropType: Rule {
    let name = "drop-type"
    let hazard = Hazard.loss

    func check(_ context: RuleContext) -> [Finding] {
        context.effects.compactMap { effect in
            guard case .drop(let kind, let type, let cascade, _) = effect,
                kind == .type || kind == .domain, !context.schema.isNew(kind, type),
                !context.schema.isReplaced(type)
            else { return nil }
            let object = DatabaseObject(kind, context.schema.resolve(kind, type))
            let command = "DROP \(kind.rawValue.uppercased()) \(type)"
            if cascade {
                return finding(
                    context, .error,
                    "\(command) CASCADE deletes every column of this type with its values; "
                        + "change the columns to another type first.",
                    [object])
            }
            return finding(
                context, .note,
                "\(command) loses no rows but fails while a column still has this type; make "
                    + "sure that no running release uses it.",
                [object])
        }
    }
}

extension KnownSchema {
    /// Whether a type has been renamed away and another one stands in its place, which is how
    /// values are removed from an enum.
    func isReplaced(_ type: ObjectName) -> Bool { replacement(of: type) != nil }

    /// The type that stands in the place of one that was renamed away.
    func replacement(of type: ObjectName) -> Object? {
        guard let old = object(.type, type), old.original != key(.type, type).name else {
            return nil
        }
        return objects[Key(space: .type, name: old.original)]
    }
}
