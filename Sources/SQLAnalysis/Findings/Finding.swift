/// A risk in a migration.
public struct Finding: Sendable, Hashable, Codable {
    /// The rule that found it, such as `drop-table`.
    public let rule: String
    /// What comes to pass where nobody heeds it.
    public let hazard: Hazard
    /// How grave it is.
    public let severity: Severity
    /// The 1-based ordinal of the statement.
    public let statement: Int
    /// The 1-based line on which the statement begins.
    public let line: Int
    /// One sentence: what is lost, and what to do.
    public let message: String
    /// What is concerned, by the names it has at that statement.
    public let objects: [DatabaseObject]
    /// What the statement locks, reads and writes anew, where that is the hazard.
    public var impacts: [Impact] = []
    /// The same done in a safe way, as SQL; comments in it say what to fill in and what
    /// belongs into a later migration.
    public var safer: String?

    /// States a finding.
    public init(
        rule: String, hazard: Hazard, severity: Severity, statement: Int, line: Int,
        message: String, objects: [DatabaseObject], impacts: [Impact] = [], safer: String? = nil
    ) {
        self.rule = rule
        self.hazard = hazard
        self.severity = severity
        self.statement = statement
        self.line = line
        self.message = message
        self.objects = objects
        self.impacts = impacts
        self.safer = safer
    }
}

extension Finding {
    /// Rules about locks that say, where it is so, that a row can make the statement fail.
    private static let alsoFailing: Set<String> = [
        "set-not-null", "check-scan", "foreign-key-scan", "domain-scan", "primary-key-scan",
        "attach-partition-scan",
    ]

    /// Whether the rows that are there decide what comes of the statement, so that it can fail
    /// although it runs on empty tables.
    public var dependsOnRows: Bool {
        hazard == .failure || rule == "column-type-change"
            || (Self.alsoFailing.contains(rule) && message.contains("fails"))
    }
}

/// An object of the database, or a column of one.
public struct DatabaseObject: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What it is; `column` for a column.
    public let kind: ObjectKind
    /// Its name, with a schema where it can have one; for a column, that of its table.
    public let name: ObjectName
    /// The column's name; nil for other objects.
    public let column: String?

    /// Names an object, or a column of a table.
    public init(_ kind: ObjectKind, _ name: ObjectName, column: String? = nil) {
        self.kind = kind
        self.name = name
        self.column = column
    }

    /// Kind and name, such as `column public.jobs.title`.
    public var description: String {
        "\(kind.rawValue) \(name)" + (column.map { ".\(ObjectName.quote($0))" } ?? "")
    }
}
