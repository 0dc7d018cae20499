import Foundation

/// Runs programs from tests without holding up the threads that tasks share.
public enum ProcessRunner {
    /// What a program left behind.
    public struct Output: Sendable {
        /// The exit status; 128 + N when signal N ended it.
        public var status: Int32
        /// The signal that ended it, if one did.
        public var signal: Int32?
        public var stdout: String
        public var stderr: String
        /// Whether it was killed because its time was up.
        public var timedOut: Bool

        /// The standard output without the last line's end.
        public var line: String {
            stdout.hasSuffix("\n") ? String(stdout.dropLast()) : stdout
        }
    }

    /// Why a program could not be run.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - executable: a path, or a name that is looked up in `PATH`.
    ///   - arguments: its words after the name.
    ///   - environment: variables that are set besides the test's own; a `nil`
    ///     value removes one.
    ///   - directory: where it starts; the test's directory when `nil`.
    ///   - stdin: what it can read; nothing when `nil`.
    ///   - timeout: seconds after which it is killed with SIGKILL.
    /// - Returns: its status and what it wrote.
    /// - Throws: ``Failure`` when there is no such program. A failing program
    ///   is no error: its status tells.
    public static func run(
        _ executable: String, _ arguments: [String] = [],
        environment: [String: String?] = [:], directory: String? = nil, stdin: String? = nil,
        timeout: Double = 120
    ) async throws -> Output {
        try await start(
            executable, arguments, environment: environment, directory: directory, stdin: stdin,
            timeout: timeout
        ).wait()
    }

    /// Starts a program; parameters as for ``run(_:_:environment:directory:stdin:timeout:)``.
    ///
    /// - Throws: ``Failure``.
    public static func start(
        _ executable: String, _ arguments: [String] = [],
        environment: [String: String?] = [:], directory: String? = nil, stdin: String? = nil,
        timeout: Double = 120
    ) throws -> RunningProcess {
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        return try RunningProcess(
            executable: try locate(executable, in: variables["PATH"] ?? ""),
            arguments: arguments, environment: variables, directory: directory,
            stdin: Array((stdin ?? "").utf8), timeout: timeout)
    }

    /// The built `sluice` program, which SwiftPM puts beside the test bundle.
    ///
    /// - Throws: ``Failure`` when it has not been built.
    public static func sluice() throws -> String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
        let source = URL(fileURLWithPath: #filePath)
        let package = source.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates = [
            bundle.deletingLastPathComponent().appendingPathComponent("sluice").path,
            package.appendingPathComponent(".build/debug/sluice").path,
        ]
        for path in candidates where FileManager.default.isExecutableFile(atPath: path) {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            if !isDirectory.boolValue { return path }
        }
        throw Failure(
            description: "sluice is not built: it is not at \(candidates.joined(separator: ", ")).")
    }

    private static func locate(_ executable: String, in path: String) throws -> String {
        if executable.contains("/") { return executable }
        let found = path.split(separator: ":").map { "\($0)/\(executable)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let found else {
            throw Failure(description: "The program \(executable) is not in PATH (\(path)).")
        }
        return found
    }
}
