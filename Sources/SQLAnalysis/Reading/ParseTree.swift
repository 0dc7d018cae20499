import CPgQuery

/// A script as the C structs of protobuf-c; owns them.
struct ParseTree: ~Copyable {
    private let result: UnsafeMutablePointer<PgQuery__ParseResult>

    /// What the parser had against the text: its words and the 1-based character, 0 if unknown.
    struct Failure: Error {
        let message: String
        let character: Int
    }

    /// Parses `text`, which must not contain a NUL byte, on the calling thread's stack.
    init(_ text: String) throws(Failure) {
        let parsed = text.withCString { pg_query_parse_protobuf($0) }
        defer { pg_query_free_protobuf_parse_result(parsed) }
        if let error = parsed.error {
            throw Failure(
                message: error.pointee.message.map { String(cString: $0) } ?? "syntax error",
                character: Int(error.pointee.cursorpos))
        }
        let length = parsed.parse_tree.len
        let unpacked = parsed.parse_tree.data?.withMemoryRebound(to: UInt8.self, capacity: length) {
            pg_query__parse_result__unpack(nil, length, $0)
        }
        guard let unpacked else {
            throw Failure(message: "The parse tree could not be read", character: 0)
        }
        result = unpacked
    }

    deinit { pg_query__parse_result__free_unpacked(result, nil) }

    var count: Int { result.pointee.n_stmts }

    /// The statement at `index` with its first byte and length as the parser gives them: the
    /// start includes comments, and a length of 0 means up to the end of the text.
    func statement(_ index: Int) -> (node: NodePointer, start: Int, length: Int)? {
        guard let raw = result.pointee.stmts[index], let node = raw.pointee.stmt else { return nil }
        return (node, Int(raw.pointee.stmt_location), Int(raw.pointee.stmt_len))
    }
}

extension ParseTree {
    /// The SQL of a tree that is one SELECT, with pieces of another tree in it.
    ///
    /// - Parameter fill: puts the pieces in, and returns what takes them out again, since each
    ///   tree frees what is its own; nil where it finds no place for them.
    /// - Returns: nil also where libpg_query cannot write it.
    borrowing func sql(
        _ fill: (UnsafeMutablePointer<PgQuery__SelectStmt>) -> (() -> Void)?
    ) -> String? {
        guard let select = statement(0)?.node.pointee.select_stmt, let restore = fill(select)
        else { return nil }
        defer { restore() }
        return sql
    }

    private var sql: String? {
        var bytes = [CChar](
            repeating: 0, count: pg_query__parse_result__get_packed_size(result))
        return bytes.withUnsafeMutableBytes { buffer -> String? in
            guard let start = buffer.baseAddress else { return nil }
            let length = pg_query__parse_result__pack(
                result, start.assumingMemoryBound(to: UInt8.self))
            let deparsed = pg_query_deparse_protobuf(
                PgQueryProtobuf(len: length, data: start.assumingMemoryBound(to: CChar.self)))
            defer { pg_query_free_deparse_result(deparsed) }
            guard deparsed.error == nil, let query = deparsed.query else { return nil }
            return String(cString: query)
        }
    }
}

typealias NodePointer = UnsafeMutablePointer<PgQuery__Node>

/// The elements of a protobuf list.
func nodes(_ count: Int, _ list: UnsafeMutablePointer<NodePointer?>?) -> [NodePointer] {
    guard let list else { return [] }
    return (0..<count).compactMap { list[$0] }
}

/// A protobuf string; nil where it is absent or empty.
func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let pointer, pointer.pointee != 0 else { return nil }
    return String(cString: pointer)
}

/// A protobuf string; nil where it is absent or empty.
func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    text(UnsafePointer(pointer))
}

extension UnsafeMutablePointer where Pointee == PgQuery__Node {
    /// The text of a String node.
    var name: String? {
        guard pointee.node_case == PG_QUERY__NODE__NODE_STRING, let string = pointee.string else {
            return nil
        }
        return string.pointee.sval.map { String(cString: $0) }
    }

    /// The nodes of a List node.
    var items: [NodePointer] {
        guard pointee.node_case == PG_QUERY__NODE__NODE_LIST, let list = pointee.list else {
            return []
        }
        return nodes(list.pointee.n_items, list.pointee.items)
    }
}
