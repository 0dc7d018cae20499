import PostgresLink

/// The statement that lets a role keep a ledger.
enum LedgerGrant {
    /// For a role that finds none it could read or write.
    static func creation(_ state: DatabaseState) -> String {
        let role = Quoting.identifier(state.role)
        if let owner = state.ledgerOwner { return "GRANT \(Quoting.identifier(owner)) TO \(role);" }
        return state.hasLedgerSchema
            ? "GRANT CREATE, USAGE ON SCHEMA _sluice TO \(role);"
            : "GRANT CREATE ON DATABASE \(Quoting.identifier(state.database)) TO \(role);"
    }
}
