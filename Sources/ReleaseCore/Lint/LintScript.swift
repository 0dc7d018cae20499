import SQLAnalysis

/// The script of a migration, read for the linter.
struct LintScript {
    var name: String
    var path: String
    var script: Script
    /// Why it cannot be judged.
    var problem: Finding?

    /// Reads the bytes of a script; what cannot be read becomes a finding.
    init(name: String, path: String, bytes: [UInt8]) {
        self.name = name
        self.path = path
        guard let text = String(validating: bytes, as: UTF8.self) else {
            script = .opaque("")
            problem = Self.finding(
                .error, line: Self.lineOfInvalidByte(bytes),
                "The script is not UTF-8 text, so nothing can run it; save it as UTF-8.")
            return
        }
        do {
            script = try Script(text)
            if let (statement, reason) = script.unrunnable {
                problem = Self.finding(
                    .error, statement: statement.ordinal, line: statement.line,
                    "A migration cannot run \(reason)")
            }
        } catch {
            script = .opaque(text, because: error)
            let isCommand = error.near.hasPrefix("\\")
            problem = Self.finding(
                isCommand ? .error : .note, statement: script.opaqueScan?.complaint?.statement,
                line: error.line,
                isCommand
                    ? error.message
                    : "The grammar of PostgreSQL 15 cannot read it: \(error.message) A newer server "
                        + "may; “sluice rehearse” asks the server itself.")
        }
    }

    /// A script that does nothing.
    var emptiness: Finding {
        Finding(
            rule: "empty-script", hazard: .script, severity: .note, statement: 1, line: 1,
            message: "The script has no statement; remove the migration, or write what it is for.",
            objects: [])
    }

    private static func finding(
        _ severity: Severity, statement: Int? = nil, line: Int, _ message: String
    ) -> Finding {
        Finding(
            rule: "unreadable", hazard: .script, severity: severity, statement: statement ?? 1,
            line: line, message: message, objects: [])
    }

    private static func lineOfInvalidByte(_ bytes: [UInt8]) -> Int {
        // Up to the first line that is no text by itself.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        return (index ?? 0) + 1
    }
}
