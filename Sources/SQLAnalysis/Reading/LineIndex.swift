/// A place in a script.
public struct SourceLocation: Sendable, Hashable {
    /// 1-based.
    public let line: Int
    /// 1-based, in characters (Unicode scalars, as PostgreSQL counts).
    public let column: Int
    /// In UTF-8 bytes from the start of the script.
    public let offset: Int
}

/// Where the lines of a text start, so that places can be looked up quickly.
///
/// A line ends with a line feed, so CRLF ends one line; the carriage return belongs to it.
struct LineIndex: Sendable {
    private let text: String
    private let starts: [Int]

    init(_ text: String) {
        self.text = text
        var starts = [0]
        for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.starts = starts
    }

    /// The 1-based line of a byte; a place outside the text is moved to its nearest end.
    func line(atUTF8 offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return max(1, low)
    }

    /// Where a 1-based line starts; the end of the text behind the last.
    func start(ofLine line: Int) -> Int {
        starts.indices.contains(line - 1) ? starts[line - 1] : text.utf8.count
    }

    func location(atUTF8 offset: Int) -> SourceLocation {
        let offset = min(max(0, offset), text.utf8.count)
        let line = line(atUTF8: offset)
        let before = text.utf8.slice(starts[line - 1]..<offset)
        return SourceLocation(
            line: line, column: before.count(where: \.startsScalar) + 1, offset: offset)
    }

    /// The UTF-8 offset of the 1-based `character`, counted from the byte `base`.
    func offset(ofCharacter character: Int, from base: Int = 0) -> Int {
        var remaining = character
        var offset = base
        for byte in text.utf8.slice(base..<text.utf8.count) {
            if byte.startsScalar { remaining -= 1 }
            if remaining <= 0 { return offset }
            offset += 1
        }
        return text.utf8.count
    }
}

extension UInt8 {
    /// Whether this is not a continuation byte of UTF-8.
    var startsScalar: Bool { self & 0xC0 != 0x80 }
}

extension String.UTF8View {
    /// The bytes of a range of offsets, clamped to the text.
    func slice(_ range: Range<Int>) -> Substring.UTF8View {
        let range = range.clamped(to: 0..<count)
        let lower = index(startIndex, offsetBy: range.lowerBound)
        return self[lower..<index(lower, offsetBy: range.count)]
    }
}

extension String {
    /// The text of a range of UTF-8 offsets.
    func slice(utf8 range: Range<Int>) -> Substring { Substring(utf8.slice(range)) }
}
