/// Reads what ``ByteWriter`` wrote.
struct ByteReader {
    /// The bytes are not what was expected.
    struct Damaged: Error {}

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var texts: [String] = []

    init(_ bytes: ArraySlice<UInt8>) throws(Damaged) {
        self.bytes = bytes
        position = bytes.startIndex
        let count = try self.count()
        texts.reserveCapacity(count)
        for _ in 0..<count {
            texts.append(String(decoding: try take(number()), as: UTF8.self))
        }
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func number() throws(Damaged) -> Int {
        var folded: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < bytes.endIndex, shift < 64 else { throw Damaged() }
            let byte = bytes[position]
            position += 1
            folded |= UInt64(byte & 0x7F) << shift
            guard byte & 0x80 != 0 else { break }
            shift += 7
        }
        return Int(Int64(bitPattern: folded >> 1) ^ -Int64(folded & 1))
    }

    mutating func flag() throws(Damaged) -> Bool {
        try take(1).first == 1
    }

    mutating func text() throws(Damaged) -> String {
        let index = try number()
        guard texts.indices.contains(index) else { throw Damaged() }
        return texts[index]
    }

    mutating func id() throws(Damaged) -> ObjectID {
        try take(ObjectID.byteCount).withUnsafeBytes(ObjectID.init(bytes:))
    }

    mutating func digest() throws(Damaged) -> SHA256Value {
        try take(SHA256Value.byteCount).withUnsafeBytes(SHA256Value.init(bytes:))
    }

    mutating func data() throws(Damaged) -> [UInt8] {
        Array(try take(number()))
    }

    mutating func optional<Value>(
        _ each: (inout ByteReader) throws(Damaged) -> Value
    ) throws(Damaged) -> Value? {
        try flag() ? try each(&self) : nil
    }

    mutating func all<Value>(
        _ each: (inout ByteReader) throws(Damaged) -> Value
    ) throws(Damaged) -> [Value] {
        let count = try count()
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try each(&self)) }
        return values
    }

    /// A number of elements; each has at least one byte, so that a wrong number
    /// cannot ask for all memory.
    private mutating func count() throws(Damaged) -> Int {
        let count = try number()
        guard (0...(bytes.endIndex - position)).contains(count) else { throw Damaged() }
        return count
    }

    private mutating func take(_ count: Int) throws(Damaged) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw Damaged() }
        defer { position += count }
        return bytes[position..<(position + count)]
    }
}
