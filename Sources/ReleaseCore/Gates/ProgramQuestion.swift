/// Asks a command of the user's own for a gate.
struct ProgramQuestion: Sendable {
    let variables: [String: String]
    let directory: String?
    let mask: SecretMask
    var timeout = Duration.seconds(60)

    struct Answer: Sendable {
        var status: Int32
        /// The last line it wrote.
        var text: String
        var isLate: Bool
    }

    /// - Parameters:
    ///   - command: for the shell.
    ///   - further: variables it gets besides those of this process.
    /// - Returns: how it ended.
    /// - Throws: `SandboxError` when no shell can be started.
    func ask(_ command: String, _ further: [String: String]) throws -> Answer {
        var process = BoundedProcess(
            executable: "/bin/sh", arguments: ["-c", command],
            environment: variables.merging(further) { $1 }, directory: directory, timeout: timeout)
        process.joinsErrors = true
        let output = try process.run(Interrupt())
        let text = String(decoding: output.stdout, as: UTF8.self)
        let last = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        return Answer(
            status: output.status, text: mask.mask(String((last ?? "").prefix(200))),
            isLate: output.endedFor != nil)
    }

    /// Judges a check.
    func check(_ command: String, _ further: [String: String]) -> ChecksGate.Check {
        let name = mask.mask(command)
        do {
            let answer = try ask(command, further)
            if answer.isLate {
                return .init(
                    name: name, objection: "was ended after \(DurationText.describe(timeout)).")
            }
            let words = answer.text.isEmpty ? "." : ": \(answer.text)"
            return .init(
                name: name,
                objection: answer.status == 0 ? nil : "ended with \(answer.status)\(words)")
        } catch {
            return .init(name: name, objection: "could not be started: \(error)")
        }
    }
}
