import Foundation
import Glibc

/// Writes to the terminal: the story to stdout, errors to stderr.
struct Console: Sendable {
    let format: OutputFormat
    let isVerbose: Bool
    let isColored: Bool

    init(format: OutputFormat, color: ColorChoice, isVerbose: Bool) {
        self.format = format
        self.isVerbose = isVerbose
        isColored =
            switch color {
            case .always: true
            case .never: false
            case .auto:
                isatty(STDOUT_FILENO) == 1 && ProcessContext.current.variables["NO_COLOR"] == nil
                    && ProcessContext.current.variables["TERM"] != "dumb"
            }
    }

    /// Whether a story is told; JSON output is one document and nothing else.
    var tellsStory: Bool { format == .text }

    func line(_ text: String = "") {
        Self.write(text + "\n", to: STDOUT_FILENO)
    }

    /// Many lines in one write: a call for each costs more than making it.
    func lines(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        Self.write(lines.joined(separator: "\n") + "\n", to: STDOUT_FILENO)
    }

    func error(_ text: String) {
        Self.write(text + "\n", to: STDERR_FILENO)
    }

    /// Writes everything, or gives up when nobody reads any more: a deployment
    /// must not die of `sluice deploy | head`.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Prints a value as one JSON document.
    func document(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints a short answer: a line for people, a document for programs.
    func answer(_ text: String, _ value: some Encodable) throws {
        if format == .json { try document(value) } else { line(text) }
    }

    enum Tone: String {
        case good = "32"
        case bad = "31"
        case warning = "33"
        case faint = "2"
        case strong = "1"
    }

    func paint(_ text: String, _ tone: Tone) -> String {
        isColored ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Asks a question on the terminal; no terminal means no.
    func confirms(_ question: String) -> Bool {
        guard ProcessContext.current.isInteractive else { return false }
        Self.write("\(question) [y/N] ", to: STDERR_FILENO)
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
}
