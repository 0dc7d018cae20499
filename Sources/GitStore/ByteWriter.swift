/// Builds the compact form in which listings are cached.
///
/// Texts are written once and named by number: authors repeat a great deal.
struct ByteWriter {
    private var body: [UInt8] = []
    /// By their bytes: for `String` two spellings of an accent are equal.
    private var texts: [[UInt8]: Int] = [:]
    private var textBytes: [UInt8] = []

    /// All texts, then everything else.
    var bytes: [UInt8] {
        var head = ByteWriter()
        head.write(texts.count)
        head.body += textBytes
        return head.body + body
    }

    /// Seven bits at a time, lowest first, the sign folded into the lowest bit.
    mutating func write(_ number: Int) {
        Self.append(number, to: &body)
    }

    mutating func write(_ flag: Bool) {
        body.append(flag ? 1 : 0)
    }

    mutating func write(_ text: String) {
        let utf8 = Array(text.utf8)
        if let known = texts[utf8] {
            write(known)
            return
        }
        write(texts.count)
        texts[utf8] = texts.count
        Self.append(utf8.count, to: &textBytes)
        textBytes += utf8
    }

    mutating func write(_ id: ObjectID) {
        withUnsafeBytes(of: id.raw) { body += $0.prefix(ObjectID.byteCount) }
    }

    mutating func write(_ digest: SHA256Value) {
        digest.withBytes { body += $0 }
    }

    mutating func write(_ data: [UInt8]) {
        write(data.count)
        body += data
    }

    mutating func write<Value>(_ value: Value?, _ each: (inout ByteWriter, Value) -> Void) {
        write(value != nil)
        if let value { each(&self, value) }
    }

    mutating func write<Value>(
        all values: some Collection<Value>, _ each: (inout ByteWriter, Value) -> Void
    ) {
        write(values.count)
        for value in values { each(&self, value) }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: Int64((number << 1) ^ (number >> 63)))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
