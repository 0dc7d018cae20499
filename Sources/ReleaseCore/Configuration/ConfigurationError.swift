/// Everything that is wrong with a configuration file, all at once.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One mistake with its place.
    public struct Mistake: Sendable, Hashable {
        /// From 1; 0 when the file as a whole is meant.
        public var line: Int
        public var message: String
    }

    /// The file as the user knows it, for example `sluice.yml at 3f2c1a9b0d`.
    public var file: String
    public var mistakes: [Mistake]

    public init(file: String, mistakes: [Mistake]) {
        self.file = file
        self.mistakes = mistakes
    }

    public var description: String {
        mistakes.sorted { $0.line < $1.line }.map { mistake in
            mistake.line == 0
                ? "\(file): \(mistake.message)" : "\(file):\(mistake.line): \(mistake.message)"
        }.joined(separator: "\n")
    }
}
