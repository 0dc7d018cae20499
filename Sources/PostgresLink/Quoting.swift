/// Writing values into SQL text, for statements that travel in one simple
/// message and so cannot carry parameters.
public enum Quoting {
    /// A quoted identifier: `we"ird` becomes `"we""ird"`.
    public static func identifier(_ name: String) -> String {
        "\"" + doubling("\"", in: name) + "\""
    }

    /// A string literal, safe whatever `standard_conforming_strings` says:
    /// text with a backslash is written in the `E''` form.
    public static func literal(_ text: String) -> String {
        let quoted = doubling("'", in: text)
        return text.utf8.contains(UInt8(ascii: "\\"))
            ? " E'" + doubling("\\", in: quoted) + "'" : "'" + quoted + "'"
    }

    /// A string literal, or the keyword NULL.
    public static func literal(_ text: String?) -> String {
        text.map { literal($0) } ?? "NULL"
    }

    private static func doubling(_ mark: Unicode.Scalar, in text: String) -> String {
        guard text.unicodeScalars.contains(mark) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == mark { scalars.append(mark) }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
