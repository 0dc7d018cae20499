/// One statement of a script, as PostgreSQL's own parser delimits it.
public struct Statement: Sendable, Hashable {
    /// 1-based.
    public let ordinal: Int
    /// UTF-8 offsets into the script, from the first to the last token: without the comments
    /// and blanks around it and without its semicolon.
    public let range: Range<Int>
    /// The 1-based line of its first token.
    public let line: Int
    /// The command tag as PostgreSQL prints it, such as `CREATE TABLE`; `CREATE INDEX`,
    /// `DROP INDEX` and `REINDEX` say `CONCURRENTLY` where they are.
    public let tag: String
    /// Its source.
    public let text: Substring
    /// What it does to the transaction it stands in; nil for statements that do work.
    public let control: TransactionControl?
    /// Why PostgreSQL refuses it inside a transaction block, as a sentence; nil where it does
    /// not. From the callers of `PreventInTransactionBlock` in PostgreSQL 15 to 18.
    public let refusesTransaction: String?
    /// Whether it is `COPY … FROM STDIN`, whose data can only follow in a session of psql.
    public let isCopyFromStdin: Bool
    /// Whether it is a SET that ends with its transaction.
    public let isSetLocal: Bool
    /// What it does to the settings of its session, where another one can be told the same.
    public let settingChange: SettingChange?
    /// What it does to the objects of the database, in order.
    public let effects: [Effect]
    /// What it asks of relations, in order.
    public let actions: [TableAction]
    /// What the catalogs can tell of it when it was cut short; nil for most.
    public let standaloneWork: StandaloneWork?
    /// The `-- sluice:allow` comments above it.
    public let allowances: [Allowance]
}

/// What a statement does to the transaction it stands in.
public enum TransactionControl: Sendable, Hashable {
    /// BEGIN or START TRANSACTION with its modes as written, such as `ISOLATION LEVEL
    /// SERIALIZABLE`; nil without modes.
    case begin(modes: String?)
    /// COMMIT or END.
    case commit(chain: Bool)
    /// ROLLBACK or ABORT.
    case rollback(chain: Bool)
    /// PREPARE TRANSACTION.
    case prepare
    /// SAVEPOINT, RELEASE or ROLLBACK TO: stays inside the transaction.
    case savepoint
}

/// A comment `-- sluice:allow RULE reason` above a statement, which silences that rule there.
public struct Allowance: Sendable, Hashable {
    /// The rule it names.
    public let rule: String
    /// What the author gives as reason; empty if nothing.
    public let reason: String
    /// The 1-based line of the comment.
    public let line: Int
}
