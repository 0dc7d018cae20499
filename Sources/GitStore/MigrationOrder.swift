/// The order in which Prisma applies migrations.
///
/// Since 6.6 Prisma sorts folder names with JavaScript's `localeCompare`, which
/// is the root collation of ICU: white space, then ``_ - , ; : ! ? . ' " ( ) [ ]
/// { } @ * / \ & # % ` ^ + < = > | ~ $``, then digits, then letters. Letters are
/// compared without regard to case first, and only names that are otherwise
/// equal are ordered by accent and then lower before upper case. Runs of digits
/// are not numbers. Control characters are ignored. (Before 6.6 Prisma compared
/// bytes; both give the same order for the names it generates.)
///
/// Latin letters with accents are taken as their base letter; other scripts
/// follow after `z` in the order of Unicode, which is right within most of them.
public enum MigrationOrder {
    /// Whether `first` is applied before `second`; never true of equal names.
    public static func precedes(_ first: String, _ second: String) -> Bool {
        let (mine, theirs) = (CollationKey(first), CollationKey(second))
        return mine == theirs ? first.isBefore(second) : mine < theirs
    }

    /// The names in the order of application.
    public static func sorted(_ names: [String]) -> [String] {
        sorted(names) { $0 }
    }

    /// Elements in the order of application of their names.
    public static func sorted<Element>(
        _ elements: [Element], by name: (Element) -> String
    ) -> [Element] {
        elements
            .map { (element: $0, name: name($0), key: CollationKey(name($0))) }
            .sorted { $0.key == $1.key ? $0.name.isBefore($1.name) : $0.key < $1.key }
            .map(\.element)
    }
}

extension String {
    /// By bytes, so that any two different names have an order.
    fileprivate func isBefore(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
