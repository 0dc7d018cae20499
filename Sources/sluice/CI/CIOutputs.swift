import Foundation
import Glibc

/// What a CI job wants to know besides the text: a summary in Markdown, outputs
/// for later steps, and annotations at files.
///
/// GitHub names its files itself (`GITHUB_STEP_SUMMARY`, `GITHUB_OUTPUT`). For
/// every other system `SLUICE_SUMMARY` and `SLUICE_OUTPUT` name them; the latter
/// gets lines such as `SLUICE_DIGEST=…`, which GitLab takes as a dotenv report.
struct CIOutputs {
    let variables: [String: String]

    static let current = CIOutputs(variables: ProcessContext.current.variables)

    /// A remark at a line of a file.
    struct Annotation {
        enum Level: String {
            case notice
            case warning
            case error
        }

        var level: Level
        var file: String
        var line: Int?
        var title: String
        var message: String
    }

    /// Writes all of it, where somebody asked for it. That a file cannot be written
    /// is said and changes nothing.
    func tell(
        summary: @autoclosure () -> [String], outputs: [(name: String, value: String)],
        annotations: [Annotation], _ console: Console
    ) {
        if let file = file("GITHUB_STEP_SUMMARY") ?? file("SLUICE_SUMMARY") {
            append(summary() + [""], to: file, console)
        }
        if let file = file("GITHUB_OUTPUT") {
            append(outputs.map { "\($0.name)=\(Self.oneLine($0.value))" }, to: file, console)
        }
        if let file = file("SLUICE_OUTPUT") {
            let lines = outputs.map { "SLUICE_\($0.name.uppercased())=\(Self.oneLine($0.value))" }
            append(lines, to: file, console)
        }
        if variables["GITHUB_ACTIONS"] == "true" {
            // Read from either stream; standard output may be a JSON document.
            for annotation in annotations { console.error(Self.command(annotation)) }
        }
    }

    private func file(_ variable: String) -> String? {
        variables[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func append(_ lines: [String], to path: String, _ console: Console) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            console.error("note: \(path) cannot be written: \(reason).")
            return
        }
        defer { close(descriptor) }
        Console.write(lines.joined(separator: "\n") + "\n", to: descriptor)
    }

    /// A value must not become a second output.
    private static func oneLine(_ value: String) -> String {
        String(value.map { $0.isNewline ? " " : $0 })
    }

    /// As the documentation of GitHub's workflow commands has it.
    private static func command(_ annotation: Annotation) -> String {
        func escaped(_ text: String) -> String {
            text.replacing("%", with: "%25").replacing("\r", with: "%0D")
                .replacing("\n", with: "%0A")
        }
        func property(_ text: String) -> String {
            escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
        }
        let line = annotation.line.map { ",line=\($0)" } ?? ""
        return "::\(annotation.level.rawValue) file=\(property(annotation.file))\(line)"
            + ",title=\(property(annotation.title))::\(escaped(annotation.message))"
    }
}
