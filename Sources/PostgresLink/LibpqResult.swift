import CPostgres

/// Owns one `PGresult` and copies what it holds into values.
struct LibpqResult: ~Copyable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    private var status: ExecStatusType { PQresultStatus(pointer) }

    var isCopyIn: Bool { status == PGRES_COPY_IN || status == PGRES_COPY_BOTH }

    var isCopy: Bool { isCopyIn || status == PGRES_COPY_OUT }

    /// The statement's result, or `nil` when it failed or wants COPY data.
    var resultSet: ResultSet? {
        switch status {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            let columnCount = PQnfields(pointer)
            return ResultSet(
                tag: String(cString: PQcmdStatus(pointer)),
                columns: (0..<columnCount).map { String(cString: PQfname(pointer, $0)) },
                rows: (0..<PQntuples(pointer)).map { row in
                    (0..<columnCount).map { value(row, $0) }
                })
        default:
            return nil
        }
    }

    private func value(_ row: Int32, _ column: Int32) -> String? {
        guard PQgetisnull(pointer, row, column) == 0 else { return nil }
        let bytes = UnsafeBufferPointer(
            start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
        return String(decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self)
    }

    func error(completed: Int) -> PostgresError {
        let field = DiagnosticReader(pointer)
        return PostgresError(
            state: field[.sqlState].map(SQLState.init(rawValue:)),
            severity: field[.severity] ?? "ERROR",
            message: field[.message]
                ?? PostgresSession.singleLine(String(cString: PQresultErrorMessage(pointer))),
            detail: field[.detail], hint: field[.hint],
            position: field[.position].flatMap { Int($0) },
            context: field[.context], routine: field[.routine], completedStatements: completed)
    }

    /// Reads a result that somebody else owns, as notice receivers get it.
    static func notice(borrowing result: OpaquePointer) -> Notice {
        let field = DiagnosticReader(result)
        return Notice(severity: field[.severity] ?? "NOTICE", message: field[.message] ?? "")
    }
}

/// Reads the fields of an error or notice by their wire-protocol letters. The
/// header has them as C character literals, which Swift cannot import
/// (`postgres_ext.h`, `PG_DIAG_*`).
private struct DiagnosticReader {
    enum Field: Unicode.Scalar {
        case severity = "V"
        case sqlState = "C"
        case message = "M"
        case detail = "D"
        case hint = "H"
        case position = "P"
        case context = "W"
        case routine = "R"
    }

    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    subscript(_ field: Field) -> String? {
        PQresultErrorField(result, Int32(field.rawValue.value)).map { String(cString: $0) }
    }
}
