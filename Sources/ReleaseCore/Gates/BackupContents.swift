import Foundation
import Glibc

/// What is in a dump, by its own words.
struct BackupContents: Sendable, Hashable {
    /// The database it was made of; `nil` where it does not say.
    var database: String?
    /// The tables it makes, `schema.name` without quotes.
    var tables: Set<String> = []
    /// The tables whose rows it has.
    var filled: Set<String> = []

    /// From what `pg_restore --list` prints: comments, then a line for each entry, such as
    /// `3301; 0 16385 TABLE DATA public jobs postgres`.
    init(listing: String) {
        for line in listing.split(whereSeparator: \.isNewline) {
            if let found = line.firstRange(of: "dbname: "), line.hasPrefix(";") {
                database = String(line[found.upperBound...])
                continue
            }
            guard !line.hasPrefix(";"), let start = line.firstIndex(of: ";") else { continue }
            let words = line[line.index(after: start)...].split(separator: " ")
            // Object numbers, the kind in capitals, schema, name, owner.
            let entry = words.dropFirst(2)
            if entry.starts(with: ["TABLE", "DATA"]), entry.count > 3 {
                filled.insert(Self.name(entry.dropFirst(2)))
            } else if entry.first == "TABLE", entry.count > 3, entry.dropFirst().first != "ATTACH" {
                tables.insert(Self.name(entry.dropFirst()))
            }
        }
        tables.formUnion(filled)
    }

    /// Schema and name; the owner stands behind them, and any may have blanks.
    private static func name(_ words: ArraySlice<Substring>) -> String {
        "\(words.first ?? "").\(words.dropFirst().dropLast().joined(separator: " "))"
    }

    /// From the text of a plain dump, read once.
    ///
    /// - Throws: ``BackupProblem`` where it cannot be read.
    init(plain path: String) throws {
        guard let file = fopen(path, "rb") else {
            throw BackupProblem(
                message: "the backup \(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { fclose(file) }
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        var isData = false
        while true {
            let length = getline(&buffer, &capacity, file)
            guard length > 0, let buffer else { break }
            let line = UnsafeRawBufferPointer(start: buffer, count: length)
            if isData {
                isData = !(line.starts(with: Self.endOfData) && length <= 4)
            } else if Self.marks.contains(where: line.starts) {
                // Long lines of INSERT matter only as far as the table's name.
                isData = take(String(decoding: line.prefix(1000), as: UTF8.self), path)
            }
        }
        tables.formUnion(filled)
    }

    private static let endOfData = Array("\\.".utf8)
    private static let marks = ["COPY ", "INSERT INTO ", "CREATE TABLE ", "\\connect "].map {
        Array($0.utf8)
    }

    /// - Returns: whether lines of data follow.
    private mutating func take(_ line: String, _ path: String) -> Bool {
        let words = line.split(separator: " ", maxSplits: 2)
        if line.hasPrefix("COPY "), let name = Self.table(line.dropFirst(5)) {
            filled.insert(name)
            return line.contains("FROM stdin;")
        }
        if line.hasPrefix("INSERT INTO "), let name = Self.table(line.dropFirst(12)) {
            filled.insert(name)
        } else if line.hasPrefix("CREATE TABLE "), let name = Self.table(line.dropFirst(13)) {
            tables.insert(name)
        } else if words.first == "\\connect", words.count > 1 {
            database = words[1].filter { !$0.isNewline && $0 != "\"" }
        }
        return false
    }

    /// The name at the start of `text`, which pg_dump writes with its schema, without quotes.
    private static func table(_ text: Substring) -> String? {
        var name = ""
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == " " || character == "(" {
                break
            } else {
                name.append(character)
            }
        }
        return name.contains(".") ? name : nil
    }
}

/// What a database has that a backup of it must have.
struct BackupSubject: Sendable, Hashable {
    var database: String
    /// Its tables, `schema.name`, without those of sluice and Prisma.
    var tables: Set<String> = []
    /// Those in which there are rows, or were since they were last cleaned up.
    var filled: Set<String> = []

    /// Asks for them; one round trip, no row is read.
    static let question = """
        SELECT pg_catalog.current_database(), n.nspname || '.' || c.relname,
               pg_catalog.pg_relation_size(c.oid) > 0
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relname <> '_prisma_migrations'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '_sluice')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND d.objid = c.oid AND d.deptype = 'e')
        UNION ALL SELECT pg_catalog.current_database(), NULL, NULL
        """

    init(rows: [[String?]]) {
        database = rows.first?[0] ?? ""
        for row in rows {
            guard let name = row[1] else { continue }
            tables.insert(name)
            if row[2] == "t" { filled.insert(name) }
        }
    }

    /// What a dump lacks so that it cannot be one of this database.
    ///
    /// - Returns: what there is to tell of one that can.
    /// - Throws: ``BackupProblem``.
    func compare(_ dump: BackupContents, _ name: String) throws(BackupProblem) -> [String] {
        let others = dump.tables.filter {
            !$0.hasPrefix("_sluice.") && !$0.hasSuffix("._prisma_migrations")
        }
        if !tables.isEmpty, others.isDisjoint(with: tables) {
            let some = others.sorted().prefix(3).joined(separator: ", ")
            throw BackupProblem(
                message: others.isEmpty
                    ? "\(name) has no table of \(database) in it."
                    : "\(name) is a backup of something else: it has \(some), and none of the tables of \(database)."
            )
        }
        if !filled.isEmpty, dump.filled.isDisjoint(with: tables) {
            throw BackupProblem(
                message:
                    "\(name) has no rows in it, only the schema; \(filled.count) tables of \(database) have rows."
            )
        }
        var notes: [String] = []
        if let made = dump.database, made != database {
            notes.append("it was made of the database “\(made)”, this one is “\(database)”")
        }
        let missing = filled.subtracting(dump.filled).sorted()
        if let first = missing.first {
            let more = missing.count == 1 ? "" : " and \(missing.count - 1) more"
            notes.append("it has no rows of \(first)\(more)")
        }
        return notes
    }
}
