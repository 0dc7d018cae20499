import Crypto

/// A SHA-256 as 32 bytes in place: a listing holds thousands, and texts of 64
/// characters would each need an allocation.
struct SHA256Value: Sendable, Hashable {
    private let words: Words

    private struct Words: Sendable, Hashable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    static let byteCount = 32

    init(of bytes: [UInt8]) {
        self.init(of: bytes[...])
    }

    init(of bytes: ArraySlice<UInt8>) {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        self = hash.finalize().withUnsafeBytes(Self.init(bytes:))
    }

    /// Takes over the 32 bytes of a digest.
    init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count >= Self.byteCount)
        words = bytes.loadUnaligned(as: Words.self)
    }

    init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex.utf8), bytes.count == Self.byteCount else {
            return nil
        }
        self = bytes.withUnsafeBytes(Self.init(bytes:))
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: words, body)
    }

    var hex: String { withBytes(Hexadecimal.encode) }

    /// Each byte without its leading zero, as Prisma once wrote it.
    var unpaddedHex: String {
        withBytes { bytes in bytes.map { String($0, radix: 16) }.joined() }
    }
}
