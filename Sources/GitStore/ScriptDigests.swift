import Crypto

/// The checksums under which Prisma accepts a script.
///
/// Prisma writes the SHA-256 of the bytes as they are and accepts, when it
/// compares, the same script with other line endings
/// (`schema-engine/connectors/schema-connector/src/checksum.rs`).
public struct ScriptDigests: Sendable, Hashable {
    let exact: SHA256Value
    let unix: SHA256Value
    let windows: SHA256Value

    /// Of the script as it is: the checksum to write. 64 lower-case digits.
    public var asIs: String { exact.hex }
    /// Of the script with every CRLF turned into LF.
    public var lf: String { unix.hex }
    /// Of the script with every LF turned into CRLF, also where a CR stands
    /// before it already.
    public var crlf: String { windows.hex }

    /// Computes all three.
    public static func of(_ bytes: [UInt8]) -> ScriptDigests {
        let exact = SHA256Value(of: bytes)
        guard bytes.contains(UInt8(ascii: "\n")) else {
            return ScriptDigests(exact: exact, unix: exact, windows: exact)
        }
        let unixBytes = withoutCarriageReturns(bytes)
        return ScriptDigests(
            exact: exact,
            unix: unixBytes.map(SHA256Value.init(of:)) ?? exact,
            windows: SHA256Value(of: withCarriageReturns(bytes)))
    }

    /// Whether a checksum from a history belongs to this script.
    ///
    /// Very old versions of Prisma wrote each byte without its leading zero, so
    /// a checksum of another length than 64 is compared in that form.
    public func matches(stored: String) -> Bool {
        guard !stored.isEmpty else { return false }
        let candidates = [exact, unix, windows]
        if stored.utf8.count == 64 { return candidates.contains { $0.hex == stored } }
        return candidates.contains { $0.unpaddedHex == stored }
    }

    /// `nil` when there is nothing to replace.
    private static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "\r")) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let isPair =
                byte == UInt8(ascii: "\r") && index + 1 < bytes.count
                && bytes[index + 1] == UInt8(ascii: "\n")
            if !isPair { result.append(byte) }
        }
        return result
    }

    private static func withCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 16)
        for byte in bytes {
            if byte == UInt8(ascii: "\n") { result.append(UInt8(ascii: "\r")) }
            result.append(byte)
        }
        return result
    }
}

extension ScriptDigests: Codable {
    private enum CodingKeys: String, CodingKey {
        case asIs, lf, crlf
    }

    /// Reads the three checksums.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value(_ key: CodingKeys) throws -> SHA256Value {
            let text = try container.decode(String.self, forKey: key)
            guard let value = SHA256Value(hex: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container, debugDescription: "not a SHA-256: \(text)")
            }
            return value
        }
        self.init(exact: try value(.asIs), unix: try value(.lf), windows: try value(.crlf))
    }

    /// Writes the three checksums.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(asIs, forKey: .asIs)
        try container.encode(lf, forKey: .lf)
        try container.encode(crlf, forKey: .crlf)
    }
}
