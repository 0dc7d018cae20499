/// Looks for one hazard, one statement at a time.
///
/// A rule of its own file in `Rules`, listed in ``Linter/allRules``.
public protocol Rule: Sendable {
    /// The name in findings and in `-- sluice:allow`, such as `drop-table`.
    var name: String { get }
    /// What comes to pass where nobody heeds it.
    var hazard: Hazard { get }
    /// The hazards of the context's statement.
    func check(_ context: RuleContext) -> [Finding]
}

/// What comes to pass where nobody heeds a finding.
public enum Hazard: String, Sendable, Hashable, Codable, CaseIterable {
    /// Rows or values are lost or changed.
    case loss
    /// The migration fails on the rows that are there.
    case failure
    /// Others wait until the migration, or a part of it, is over.
    case lock
    /// The release that still runs breaks.
    case compatibility
    /// Something about the script itself.
    case script
}

/// A statement in its surroundings.
public struct RuleContext: Sendable {
    /// The script that the statement stands in.
    public let script: Script
    /// The index of the statement in the script.
    public let index: Int
    /// What is known of the database just before the statement.
    public let schema: KnownSchema
    /// The locks that earlier statements of the same transaction hold on tables others may use,
    /// with the ordinal of the first statement that took each.
    public var held: [ObjectName: (mode: LockMode, statement: Int)] = [:]

    /// The statement.
    public var statement: Statement { script.statements[index] }
    /// What the statement does.
    public var effects: [Effect] { statement.effects }
    /// The statements behind it.
    public var following: ArraySlice<Statement> { script.statements[(index + 1)...] }
}

extension Rule {
    /// A finding of this rule at the context's statement.
    func finding(
        _ context: RuleContext, _ severity: Severity, _ message: String,
        _ objects: [DatabaseObject], impacts: [Impact] = [], safer: String? = nil
    ) -> Finding {
        Finding(
            rule: name, hazard: hazard, severity: severity, statement: context.statement.ordinal,
            line: context.statement.line, message: message, objects: objects,
            impacts: impacts, safer: safer)
    }

    /// Full names: `CASCADE` makes a loss larger than what is named.
    func cascadeWarning(_ cascade: Bool) -> String {
        cascade ? " and, through CASCADE, everything that depends on it" : ""
    }
}
