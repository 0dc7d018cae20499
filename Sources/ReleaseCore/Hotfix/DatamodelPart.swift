/// The part of a change to the Prisma schema that belongs to some of the migrations
/// a commit brought, told by the names in their scripts.
struct DatamodelPart {
    /// The schema in front of the commit and behind it.
    var before: [Substring]
    var after: [Substring]
    /// The words of the scripts that are undone, and of the commit's others.
    var undone: Set<String>
    var others: Set<String>

    /// Lines that both claim.
    private(set) var shared: [String] = []

    init(before: String, after: String, undone: [String], others: [String]) {
        self.before = Self.lines(before)
        self.after = Self.lines(after)
        self.undone = Self.words(undone)
        self.others = Self.words(others)
    }

    private static func lines(_ text: String) -> [Substring] {
        // As bytes: CRLF is one character, and no “\n”.
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Substring($0) }
    }

    private static func words(_ scripts: [String]) -> Set<String> {
        Set(
            scripts.flatMap { script in
                script.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map { $0.lowercased() }
            })
    }

    /// The schema behind the commit with the undone migrations' part turned around.
    mutating func turned() -> String {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        removed = Self.slid(removed, before)
        inserted = Self.slid(inserted, after)
        let returning = undone(removed, before)
        let going = undone(inserted, after)
        var result: [Substring] = []
        var position = 0
        func passRemoved() {
            while removed.contains(position) {
                if returning.contains(position) { result.append(before[position]) }
                position += 1
            }
        }
        for (offset, line) in after.enumerated() {
            passRemoved()
            if !inserted.contains(offset) { position += 1 }
            if !going.contains(offset) { result.append(line) }
        }
        passRemoved()
        return result.joined(separator: "\n")
    }

    /// Moves runs of changed lines down as far as the text allows, so that what was
    /// added is a block with its own closing brace and not with that of another.
    private static func slid(_ changed: Set<Int>, _ lines: [Substring]) -> Set<Int> {
        var result = changed
        for end in changed.sorted(by: >) where !changed.contains(end + 1) {
            var first = end
            while result.contains(first - 1) { first -= 1 }
            var last = end
            while last + 1 < lines.count, !result.contains(last + 1),
                lines[first] == lines[last + 1]
            {
                result.remove(first)
                result.insert(last + 1)
                first += 1
                last += 1
            }
        }
        return result
    }

    /// The changed lines that belong to the undone migrations only. A blank line goes
    /// with the line in front of it, or with the one behind it.
    private mutating func undone(_ changed: Set<Int>, _ lines: [Substring]) -> Set<Int> {
        let places = DatamodelPlaces(lines).places
        let order = changed.sorted()
        let isBlank = { (offset: Int) in lines[offset].allSatisfy(\.isWhitespace) }
        var result: Set<Int> = []
        for offset in order where !isBlank(offset) && isUndone(lines[offset], places[offset]) {
            result.insert(offset)
        }
        for offset in order where isBlank(offset) {
            let neighbour = changed.contains(offset - 1) ? offset - 1 : offset + 1
            if result.contains(neighbour) { result.insert(offset) }
        }
        return result
    }

    private mutating func isUndone(_ line: Substring, _ place: DatamodelPlaces.Place?) -> Bool {
        guard let place else { return false }
        let (mine, theirs) = (place.isNamed(in: undone), place.isNamed(in: others))
        if mine, theirs { shared.append(line.drop { $0 == " " }.description) }
        return mine && !theirs
    }
}

/// What each line of a Prisma schema is about, in the database's names.
struct DatamodelPlaces {
    /// All of these names belong together.
    struct Place {
        var names: [String]

        func isNamed(in words: Set<String>) -> Bool {
            names.allSatisfy { name in
                name.split { !($0.isLetter || $0.isNumber || $0 == "_") }.allSatisfy {
                    words.contains($0.lowercased())
                }
            }
        }
    }

    /// `nil` for lines outside of models and enums.
    private(set) var places: [Place?] = []

    init(_ lines: [Substring]) {
        let blocks = Self.blocks(lines)
        let models = blocks.filter(\.isModel).map { ($0.name, $0.table) }
        let tables = Dictionary(models) { first, _ in first }
        places = Array(repeating: nil, count: lines.count)
        for block in blocks {
            for index in block.range {
                places[index] = Place(
                    names: [block.table] + Self.members(lines[index], block, tables))
            }
        }
    }

    private struct Block {
        var name: String
        var table: String
        var range: Range<Int>
        var isModel: Bool
    }

    private static let blanks: Set<Character> = [" ", "\t", "\r", "{"]

    private static func blocks(_ lines: [Substring]) -> [Block] {
        var blocks: [Block] = []
        var open: (name: String, start: Int, isModel: Bool)?
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: blanks.contains)
            if open == nil, words.count >= 2, line.contains("{"),
                ["model", "enum", "view"].contains(words[0])
            {
                open = (String(words[1]), index, words[0] != "enum")
            } else if let (name, start, isModel) = open, words.first == "}" {
                let table = lines[start..<index].lazy.compactMap {
                    $0.drop { $0 == " " }.hasPrefix("@@map(") ? quoted($0) : nil
                }.first
                blocks.append(
                    Block(
                        name: name, table: table ?? name, range: start..<(index + 1),
                        isModel: isModel))
                open = nil
            }
        }
        return blocks
    }

    /// What a line names beside its table: its column, the table of its relation,
    /// the columns of its index.
    private static func members(
        _ line: Substring, _ block: Block, _ tables: [String: String]
    ) -> [String] {
        let words = line.split(whereSeparator: blanks.contains)
        guard let first = words.first, first != "}", !first.hasPrefix("//"),
            !["model", "enum", "view"].contains(first)
        else { return [] }
        if first.hasPrefix("@@") {
            guard let open = line.firstIndex(of: "["), let close = line.firstIndex(of: "]") else {
                return []
            }
            return line[line.index(after: open)..<close].split { $0 == "," || $0 == " " }
                .map { String($0.prefix { $0 != "(" }) }
        }
        let type =
            words.count > 1 ? words[1].prefix { $0.isLetter || $0.isNumber || $0 == "_" } : ""
        if let table = tables[String(type)] { return [table] }
        let mapped = line.firstRange(of: " @map(").map { quoted(line[$0.lowerBound...]) } ?? nil
        return [mapped ?? String(first)]
    }

    private static func quoted(_ text: Substring) -> String? {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : nil
    }
}
