extension Script {
    /// The first statement that a runner of migrations cannot bring to an end, with what it is
    /// and what to write instead, as the end of a sentence; nil where there is none.
    public var unrunnable: (statement: Statement, reason: String)? {
        if let copy = statements.first(where: \.isCopyFromStdin) {
            return (copy, "COPY FROM STDIN, which only psql can feed; write INSERT instead.")
        }
        return abandoned.map {
            (
                $0,
                "PREPARE TRANSACTION, which leaves its work and its locks to a COMMIT PREPARED from elsewhere, so that no record could say whether it is there; write COMMIT instead."
            )
        }
    }

    /// A PREPARE TRANSACTION whose name no later statement commits or rolls back.
    private var abandoned: Statement? {
        statements.indices.first { index in
            statements[index].control == .prepare
                && !statements[index...].contains {
                    $0.control == nil && $0.tag.hasSuffix(" PREPARED")
                        && $0.transactionName == statements[index].transactionName
                }
        }.map { statements[$0] }
    }
}

extension Statement {
    /// The literal that names a prepared transaction, as written.
    fileprivate var transactionName: Substring {
        text.drop { $0 != "'" }
    }
}
