/// What a name is compared by: letters first, then accents, then case.
struct CollationKey: Comparable {
    private var primary: [UInt32] = []
    /// One weight for each primary one; empty when the name has no accents.
    private var accents: [UInt32] = []
    private var upperCase: [Bool] = []

    init(_ name: String) {
        primary.reserveCapacity(name.utf8.count)
        upperCase.reserveCapacity(name.utf8.count)
        var hasAccents = false
        var accents: [UInt32] = []
        for scalar in name.unicodeScalars {
            if Self.combiningMarks.contains(scalar.value) {
                hasAccents = true
                if let last = accents.indices.last { accents[last] = scalar.value }
                continue
            }
            let base = Self.base(of: scalar)
            guard let weight = Self.weight(of: base) else { continue }
            primary.append(weight)
            upperCase.append(Self.isUpperCase(scalar))
            accents.append(base == scalar ? 0 : Self.accent(of: scalar))
            if base != scalar { hasAccents = true }
        }
        if hasAccents { self.accents = accents }
    }

    static func < (first: CollationKey, second: CollationKey) -> Bool {
        if first.primary != second.primary {
            return first.primary.lexicographicallyPrecedes(second.primary)
        }
        if first.accents != second.accents {
            return first.padded.lexicographicallyPrecedes(second.padded)
        }
        return first.upperCase.lexicographicallyPrecedes(second.upperCase) { !$0 && $1 }
    }

    /// The tables of Unicode are slow, and nearly every name is ASCII.
    private static func isUpperCase(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? ("A"..."Z").contains(scalar) : scalar.properties.isUppercase
    }

    private var padded: [UInt32] {
        accents.isEmpty ? Array(repeating: 0, count: primary.count) : accents
    }

    private static let combiningMarks: ClosedRange<UInt32> = 0x300...0x36F

    /// ICU's order of the ASCII characters; letters follow by alphabet.
    private static let ascii: [UInt32?] = {
        let order = "\t\n\u{B}\u{C}\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
        var weights = [UInt32?](repeating: nil, count: 128)
        for (index, character) in order.unicodeScalars.enumerated() {
            weights[Int(character.value)] = UInt32(index + 1)
        }
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            weights[Int(letter)] = 100 + UInt32(letter)
            weights[Int(letter) - 32] = 100 + UInt32(letter)
        }
        return weights
    }()

    /// `nil` for what collation ignores.
    private static func weight(of scalar: Unicode.Scalar) -> UInt32? {
        scalar.isASCII ? ascii[Int(scalar.value)] : 1000 + scalar.value
    }

    /// The letters U+00C0 to U+017F without their accents, one each; a dot for
    /// what is no letter with an accent.
    private static let latinBases = Array(
        ("AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
            + "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKk.LlLlLlLl"
            + "LlNnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs")
            .unicodeScalars)

    private static func base(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        let index = Int(scalar.value) - 0xC0
        guard latinBases.indices.contains(index), latinBases[index] != "." else { return scalar }
        return latinBases[index]
    }

    /// Both cases of a letter have the same accent: case is compared later.
    private static func accent(of scalar: Unicode.Scalar) -> UInt32 {
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        return lower.first?.value ?? scalar.value
    }
}
