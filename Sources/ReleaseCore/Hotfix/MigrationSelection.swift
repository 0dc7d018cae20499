/// Which migrations are to be undone, as the command line names them.
struct MigrationSelection {
    /// Positions in the branch's order, without gaps inside a group, oldest first.
    var groups: [Range<Int>]

    /// - Parameters:
    ///   - words: whole names, or ranges `FIRST..LAST`.
    ///   - names: the branch's migrations in order.
    ///   - place: what the names are on, for the message.
    /// - Throws: ``ReleaseError`` for a name that is not there.
    init(_ words: [String], among names: [String], on place: String) throws {
        var chosen: Set<Int> = []
        func position(_ name: String) throws -> Int {
            guard let index = names.firstIndex(of: name) else {
                throw Self.unknown(name, names, place)
            }
            return index
        }
        for word in words {
            guard !names.contains(word), let dots = word.firstRange(of: "..") else {
                chosen.insert(try position(word))
                continue
            }
            let first = try position(String(word[..<dots.lowerBound]))
            let last = try position(String(word[dots.upperBound...]))
            guard first <= last else {
                throw ReleaseError(
                    .usage, "the range \(word) runs backwards.",
                    next: ["name the older migration first: \(names[last])..\(names[first])."])
            }
            chosen.formUnion(first...last)
        }
        groups = []
        for index in chosen.sorted() {
            if let last = groups.last, last.upperBound == index {
                groups[groups.count - 1] = last.lowerBound..<(index + 1)
            } else {
                groups.append(index..<(index + 1))
            }
        }
    }

    /// All positions, oldest first.
    var indices: [Int] { groups.flatMap { Array($0) } }

    static func unknown(_ name: String, _ names: [String], _ place: String) -> ReleaseError {
        let close =
            names.first { $0.hasSuffix("_\(name)") || !name.isEmpty && $0.contains(name) }
            ?? NearestWord.to(name, among: names)
        return ReleaseError(
            .usage, "there is no migration “\(name)” on \(place).",
            next: close.map { ["did you mean \($0)?"] } ?? ["give the folder's whole name."])
    }
}
