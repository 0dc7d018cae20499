/// What the history walk needs of a commit.
struct RawCommit {
    let tree: ObjectID
    let parents: [ObjectID]

    /// Reads the header lines `tree` and `parent`, which Git writes first and in
    /// this order; `nil` when they are not there.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        guard let tree = Self.line("tree ", bytes, &offset) else { return nil }
        var parents: [ObjectID] = []
        while let parent = Self.line("parent ", bytes, &offset) {
            parents.append(parent)
        }
        self.tree = tree
        self.parents = parents
    }

    private static func line(
        _ keyword: StaticString, _ bytes: UnsafeRawBufferPointer, _ offset: inout Int
    ) -> ObjectID? {
        let digits = offset + keyword.utf8CodeUnitCount
        let end = digits + ObjectID.byteCount * 2
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\n") else { return nil }
        for index in 0..<keyword.utf8CodeUnitCount
        where bytes[offset + index] != keyword.utf8Start[index] {
            return nil
        }
        guard let id = ObjectID(hexDigits: bytes[digits..<end]) else { return nil }
        offset = end + 1
        return id
    }
}

extension ObjectID {
    /// Forty digits in memory, without an array or a string in between.
    fileprivate init?(hexDigits: Slice<UnsafeRawBufferPointer>) {
        let result = withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) {
            buffer -> ObjectID? in
            var position = hexDigits.startIndex
            for index in 0..<Self.byteCount {
                guard let high = Hexadecimal.value(of: hexDigits[position]),
                    let low = Hexadecimal.value(of: hexDigits[position + 1])
                else { return nil }
                buffer[index] = high << 4 | low
                position += 2
            }
            return ObjectID(bytes: UnsafeRawBufferPointer(buffer))
        }
        guard let result else { return nil }
        self = result
    }
}
