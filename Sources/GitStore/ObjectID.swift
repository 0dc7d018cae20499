import CGit2

/// The SHA-1 name of a Git object.
public struct ObjectID: Sendable, Hashable {
    // Two and a half machine words compare and hash much faster than an array,
    // and the history walk compares a great many of them.
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    /// The number of bytes of a SHA-1.
    static let byteCount = 20

    /// Reads an id from 40 hexadecimal digits; `nil` for anything else.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex.utf8), bytes.count == Self.byteCount else {
            return nil
        }
        self = bytes.withUnsafeBytes(Self.init(bytes:))
    }

    /// Reads an id from its 20 raw bytes.
    init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count >= Self.byteCount)
        high = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        middle = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        low = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
    }

    init(_ raw: git_oid) {
        self = withUnsafeBytes(of: raw, Self.init(bytes:))
    }

    /// The id as libgit2 wants it.
    var raw: git_oid {
        var oid = git_oid()
        withUnsafeMutableBytes(of: &oid) { target in
            target.storeBytes(of: high, toByteOffset: 0, as: UInt64.self)
            target.storeBytes(of: middle, toByteOffset: 8, as: UInt64.self)
            target.storeBytes(of: low, toByteOffset: 16, as: UInt32.self)
        }
        return oid
    }

    /// The 40 hexadecimal digits.
    public var hex: String {
        withUnsafeBytes(of: raw) { Hexadecimal.encode($0) }
    }

    /// The first 10 digits, for people.
    public var short: String { String(hex.prefix(10)) }

    /// Only the first word is hashed: the id is a hash already.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
    }
}

extension ObjectID: CustomStringConvertible {
    /// The 40 hexadecimal digits.
    public var description: String { hex }
}

extension ObjectID: Codable {
    /// Reads the 40 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ObjectID(hex: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not the name of a Git object: \(text)")
        }
        self = id
    }

    /// Writes the 40 hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
