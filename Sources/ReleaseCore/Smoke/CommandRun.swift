/// Runs a program of the user's own: in a check, and to switch maintenance mode.
struct CommandRun {
    let command: CommandCheck
    /// The process's environment with what sluice adds.
    let variables: [String: String]
    let directory: String?
    let interrupt: Interrupt

    /// A shell that found no such program, or may not run it (POSIX, 2.8.2).
    private static let notFound: Set<Int32> = [126, 127]

    /// Blocks until it has ended; at the limit it is ended with all it started.
    func run(_ timeout: Duration) -> CheckResult {
        do {
            var environment = variables
            for (name, value) in command.environment {
                environment[name] = try value.resolve(variables)
            }
            let words = command.isShell ? ["/bin/sh", "-c"] + command.words : command.words
            var process = BoundedProcess(
                executable: "/usr/bin/env", arguments: words, environment: environment,
                directory: directory, timeout: timeout)
            process.joinsErrors = true
            return judge(try process.run(interrupt), timeout)
        } catch {
            return CheckResult(.error, "could not be started: \(error)")
        }
    }

    private func judge(_ output: BoundedProcess.Output, _ timeout: Duration) -> CheckResult {
        let text = Self.text(output)
        let last = text.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        switch output.endedFor {
        case .time:
            return CheckResult(
                .failed, "was ended after \(DurationText.describe(timeout))\(last)", output: text)
        case .interrupt: return CheckResult(.error, "stopped.", output: text)
        case .output, nil: break
        }
        if output.status == 0 { return CheckResult(.passed, "ended with status 0") }
        return CheckResult(
            Self.notFound.contains(output.status) ? .error : .failed,
            "ended with status \(output.status)\(last)", output: text)
    }

    /// The end of what it wrote. The first line of what is kept may be the tail
    /// of a longer one with half a secret in it.
    private static func text(_ output: BoundedProcess.Output) -> String {
        let text = String(decoding: output.stdout, as: UTF8.self)
        guard output.isCut, let end = text.firstIndex(where: \.isNewline) else {
            return output.isCut ? "" : text
        }
        return "…" + text[end...]
    }
}
