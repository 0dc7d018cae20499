/// Follows one direction of a PostgreSQL connection, message by message.
///
/// A message is a type byte and a length of four bytes that counts itself;
/// only the client's first one, the start-up packet, has no type (PostgreSQL
/// manual, 55.7).
struct CuttingProxyScanner {
    /// A stretch of bytes that belongs to one message.
    struct Step {
        /// How many bytes of the input it takes.
        var count: Int
        /// The message's type; `nil` for the start-up packet.
        var type: UInt8?
        /// Whether it begins with the message's first byte.
        var begins: Bool
        /// Bytes of the message before this stretch.
        var before: Int
        /// Whether it ends with the message's last byte.
        var ends: Bool
    }

    private var isUntyped: Bool
    private var header: [UInt8] = []
    private var seen = 0

    init(startsUntyped: Bool) {
        isUntyped = startsUntyped
    }

    private var headerLength: Int { isUntyped ? 4 : 5 }

    /// The whole message's length, once its header is known.
    private var length: Int? {
        guard header.count == headerLength else { return nil }
        let body = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        return body + headerLength - 4
    }

    /// Reads on, to the end of the message at most.
    mutating func next(_ bytes: ArraySlice<UInt8>) -> Step {
        var step = Step(count: 0, type: nil, begins: seen == 0, before: seen, ends: false)
        while length == nil, step.count < bytes.count {
            header.append(bytes[bytes.startIndex + step.count])
            step.count += 1
        }
        step.type = isUntyped ? nil : header.first
        if let length {
            step.count += min(bytes.count - step.count, length - step.before - step.count)
            step.ends = step.before + step.count == length
        }
        seen = step.before + step.count
        if step.ends {
            (header, seen, isUntyped) = ([], 0, false)
        }
        return step
    }
}
