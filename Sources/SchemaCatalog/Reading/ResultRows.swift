import PostgresLink

/// The rows of one catalog query, read by column name.
struct ResultRows {
    private let positions: [String: Int]
    private let rows: [[String?]]

    init(_ result: ResultSet) {
        positions = Dictionary(
            result.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = result.rows
    }

    func forEach(_ body: (CatalogRow) -> Void) {
        for row in rows { body(CatalogRow(positions: positions, values: row)) }
    }
}

/// One row; an absent or null value reads as nil, empty or false.
struct CatalogRow {
    let positions: [String: Int]
    let values: [String?]

    subscript(_ name: String) -> String? { positions[name].flatMap { values[$0] } }

    func text(_ name: String) -> String { self[name] ?? "" }
    func flag(_ name: String) -> Bool { self[name] == "t" }
    func number(_ name: String) -> Int { self[name].flatMap { Int($0) } ?? 0 }

    /// An array joined by the unit separator.
    func list(_ name: String) -> [String] {
        text(name).split(separator: "\u{1f}").map(String.init)
    }

    /// Column numbers joined by spaces.
    func numbers(_ name: String) -> [Int] {
        text(name).split(separator: " ").compactMap { Int($0) }
    }

    var type: TypeReference {
        TypeReference(
            text: text("type"), schema: text("type_schema"), name: text("type_name"),
            isArray: flag("is_array"), hasModifier: flag("has_modifier"))
    }
}

/// Where the catalogs keep a thing: class, oid and sub-number.
struct CatalogAddress: Hashable {
    var catalog: SystemCatalog
    var oid: Int
    var part = 0
}

/// The catalogs whose rows are objects here, with their fixed oids (from the
/// server's `src/include/catalog`).
enum SystemCatalog: Int {
    case type = 1247
    case routine = 1255
    case relation = 1259
    case columnDefault = 2604
    case constraint = 2606
    case schema = 2615
    case rule = 2618
    case trigger = 2620
    case `extension` = 3079
    case policy = 3256
    case statistics = 3381
    case collation = 3456
    case eventTrigger = 3466
    case defaultPrivileges = 826
    case server = 1417
    case foreignDataWrapper = 2328
    case accessMethod = 2601
    case cast = 2605
    case conversion = 2607
    case language = 2612
    case operatorClass = 2616
    case `operator` = 2617
    case operatorFamily = 2753
    case transform = 3576
    case searchDictionary = 3600
    case searchParser = 3601
    case searchConfiguration = 3602
    case searchTemplate = 3764
    case publication = 6104
    case publishedTable = 6106
    case publishedSchema = 6237
}
