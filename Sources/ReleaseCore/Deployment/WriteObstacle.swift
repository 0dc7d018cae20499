import PostgresLink

/// Why a database takes no migration at all, as far as that can be known before anything is sent.
enum WriteObstacle {
    static func error(_ environment: String, _ link: EnvironmentLink) -> ReleaseError? {
        let server = link.target.redacted
        if link.state.isStandby {
            return ReleaseError(
                .usage, "\(server) is a standby and refuses writes.",
                state: "nothing was changed.",
                next: [
                    "point \(environment) at the primary, or add target_session_attrs=read-write to its URL."
                ])
        }
        if link.state.isReadOnly {
            return ReleaseError(
                .usage,
                "\(server) is read-only for \(link.state.role): default_transaction_read_only is on.",
                state: "nothing was changed.",
                next: [
                    "if that is meant, wait until it is lifted; otherwise ALTER DATABASE or ALTER ROLE … RESET default_transaction_read_only."
                ])
        }
        if link.state.schema == nil, link.target.schema == nil {
            return ReleaseError(
                .usage, "the search_path of \(link.state.role) on \(server) leads to no schema.",
                state: "nothing was changed.",
                next: [
                    "set the search_path of role or database, or name the schema in the URL: ?schema=public."
                ])
        }
        return nil
    }
}
