/// Writing text into a URL.
enum PercentEncoding {
    /// Everything but letters, digits and `-._~` becomes `%XX` (RFC 3986, 2.3).
    ///
    /// - Parameters:
    ///   - text: any text; its UTF-8 bytes are encoded.
    ///   - keeping: further ASCII characters that stay as they are.
    /// - Returns: ASCII text.
    static func encode(_ text: String, keeping: String = "") -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if isUnreserved(scalar) || keeping.unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func isUnreserved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": true
        default: false
        }
    }
}
