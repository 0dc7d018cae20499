import Glibc

/// A dump in the form of a script for `psql`, which also obeys commands of its
/// own: ones that connect elsewhere, read files or start programs.
struct PlainDump {
    let path: String

    /// Commands that lead out of the database, wherever they stand in a line
    /// (psql manual, Meta-Commands).
    private static let leading: Set<Substring> = [
        "!", "c", "connect", "i", "include", "ir", "include_relative", "o", "out", "copy", "g",
        "gx", "gexec", "lo_import", "lo_export",
    ]

    /// What pg_dump itself writes: the guard against such commands (since 15.14).
    private static let own: Set<Substring> = ["restrict", "unrestrict"]

    /// Reads the dump once. Lines of COPY data are data, whatever they hold.
    ///
    /// - Throws: ``ReleaseError`` for the first command that pg_dump does not write.
    func refuseCommands() throws {
        guard let file = fopen(path, "rb") else {
            throw ReleaseError(
                .usage, "the backup \(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { fclose(file) }
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        var number = 0
        var isData = false
        while true {
            let length = getline(&buffer, &capacity, file)
            guard length > 0, let buffer else { return }
            number += 1
            let line = UnsafeRawBufferPointer(start: buffer, count: length)
            if isData {
                isData = !(line.starts(with: Self.endOfData) && length <= 4)
                continue
            }
            isData = line.starts(with: Self.copy) && Self.text(line).hasSuffix("FROM stdin;")
            guard line.contains(Self.backslash) else { continue }
            if let command = Self.command(in: Self.text(line)) { throw refusal(command, number) }
        }
    }

    private static let backslash = UInt8(ascii: "\\")
    private static let endOfData = Array("\\.".utf8)
    private static let copy = Array("COPY ".utf8)

    private static func text(_ line: UnsafeRawBufferPointer) -> Substring {
        let text = String(decoding: line, as: UTF8.self)
        return text[...].prefix { !$0.isNewline }
    }

    /// The first command of a line: any at its start, a dangerous one elsewhere.
    static func command(in line: Substring) -> Substring? {
        var rest = line
        while let start = rest.firstIndex(of: "\\") {
            let after = rest[rest.index(after: start)...]
            let name =
                after.first == "!" ? after.prefix(1) : after.prefix { $0.isLetter || $0 == "_" }
            if start == line.startIndex, !own.contains(name) { return name }
            if leading.contains(name) { return name }
            rest = after
        }
        return nil
    }

    private func refusal(_ command: Substring, _ line: Int) -> ReleaseError {
        ReleaseError(
            .usage,
            "line \(line) of \(path) has the psql command \\\(command), which pg_dump writes only with --create, if at all: it would lead out of the database that is restored to.",
            state: "nothing was changed.",
            next: ["dump without --create, or in the custom format: pg_dump --format=custom."])
    }
}
