import Glibc

/// What the bytes of a script tell before PostgreSQL sees it.
enum ScriptInspection {
    /// Whatever would keep the script from reaching the server as it is.
    static func problems(in script: [UInt8], folder: String) -> [ListingProblem] {
        var problems: [ListingProblem] = []
        if script.starts(with: [0xEF, 0xBB, 0xBF]) {
            problems.append(
                problem(
                    .byteOrderMark, folder, script, at: 0,
                    "starts with a byte order mark, which PostgreSQL refuses as a syntax error; "
                        + "save it without."))
        }
        if let offset = script.firstIndex(of: 0) {
            problems.append(
                problem(
                    .nulByte, folder, script, at: offset,
                    "contains a NUL byte, which PostgreSQL cannot receive; is it saved as UTF-16?"))
        }
        if let offset = firstInvalidUTF8(in: script) {
            problems.append(
                problem(.invalidUTF8, folder, script, at: offset, "is not valid UTF-8."))
        }
        return problems
    }

    private static func problem(
        _ kind: ListingProblem.Kind, _ folder: String, _ script: [UInt8], at offset: Int,
        _ text: String
    ) -> ListingProblem {
        let line = 1 + script[..<offset].count { $0 == UInt8(ascii: "\n") }
        return ListingProblem(
            kind: kind, folder: folder,
            detail: "The script of \(folder), line \(line) (byte \(offset)), \(text)",
            offset: offset, line: line)
    }

    private static func firstInvalidUTF8(in script: [UInt8]) -> Int? {
        do {
            _ = try UTF8Span(validating: script.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }
}
