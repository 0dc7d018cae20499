import Foundation
import ReleaseCore

/// Runs the demo's commands, each shown as a reader would type it.
struct DemoShell {
    let folder: String
    let console: Console
    private let environment: [String: String]
    /// This very program, so that the demo shows what is installed.
    private let program: String

    init(folder: String, sandboxes: String, console: Console) {
        self.folder = folder
        self.console = console
        var environment = ProcessContext.current.variables.filter { !$0.key.hasPrefix("GIT_") }
        environment["SLUICE_SANDBOX_DIR"] = sandboxes
        // The reader's own Git settings (signing, hooks, default branch) stay out of it.
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
        environment["GIT_CONFIG_NOSYSTEM"] = "1"
        self.environment = environment
        program =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? "sluice"
    }

    /// Says what comes next.
    func tell(_ text: String) {
        console.line("\n" + console.paint("# \(text)", .strong))
    }

    /// Runs Git quietly; only the command is shown.
    func git(_ arguments: String...) throws {
        show("git", arguments)
        let result = try run("/usr/bin/env", ["git"] + arguments, captures: true)
        guard result.status == 0 else {
            throw ReleaseError(
                .failed, "git \(arguments.joined(separator: " ")) failed: \(result.output)")
        }
    }

    /// Runs sluice with its output shown.
    ///
    /// - Parameters:
    ///   - arguments: of the command line.
    ///   - expecting: the exit code the story goes on with.
    /// - Throws: `ReleaseError` for another exit code.
    func sluice(_ arguments: String..., expecting: Int32) throws {
        show("sluice", arguments)
        let color = console.isColored ? "always" : "never"
        let status = try run(program, arguments + ["--color", color], captures: false).status
        if status != 0 { console.line(console.paint("(exit code \(status))", .faint)) }
        guard status == expecting else {
            throw ReleaseError(
                .failed, "the demo expected exit code \(expecting) here and got \(status).",
                next: ["please report it with the output above."])
        }
    }

    /// Runs sluice and returns its JSON.
    func json(_ arguments: String...) throws -> [String: Any] {
        let result = try run(program, arguments + ["--format", "json"], captures: true)
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return object as? [String: Any] ?? [:]
    }

    /// Writes a file of the demo's repository.
    func write(_ path: String, _ text: String) throws {
        let url = URL(fileURLWithPath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func show(_ program: String, _ arguments: [String]) {
        let words = arguments.map { $0.contains(where: { " *'".contains($0) }) ? "\"\($0)\"" : $0 }
        console.line(console.paint("$ \(program) \(words.joined(separator: " "))", .good))
    }

    private func run(
        _ program: String, _ arguments: [String], captures: Bool
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        guard captures else {
            // Errors belong into the story here, in their place.
            process.standardError = FileHandle.standardOutput
            try process.run()
            process.waitUntilExit()
            return (process.terminationStatus, "")
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
