import ArgumentParser
import Foundation
import ReleaseCore

/// Says which migrations a merge brought, and offers to apply them.
struct PostMergeHook {
    let workspace: Workspace
    let common: CommonOptions

    init(_ workspace: Workspace, _ common: CommonOptions) {
        self.workspace = workspace
        self.common = common
    }

    func run() throws -> ExitCode {
        let arrived = ArrivedMigrations(workspace)
        let names = try arrived.names()
        guard !names.isEmpty else { return .success }
        let console = common.console
        console.error(
            names.count == 1 ? "a migration arrived:" : "\(names.count) migrations arrived:")
        for name in names { console.error("  \(name)") }
        guard let environment = arrived.development else { return .success }
        let apply = "sluice deploy \(environment.name)"
        let pending = environment.isSandboxed ? names : try pending(in: environment.name)
        guard !pending.isEmpty else {
            console.error("\(environment.name) has them already.")
            return .success
        }
        let question = "Apply \(pending.count) pending to \(environment.name) now?"
        guard Terminal.confirms(question) else {
            console.error("to apply them to \(environment.name): \(apply)")
            return .success
        }
        let options = try DeploymentOptions.parse([])
        try DeploymentCommandBody(promotes: false, options: options, common: common)
            .run(environment.name)
        return .success
    }

    private func pending(in environment: String) throws -> [String] {
        guard let status = try StatusReader(workspace).read(environment).first else { return [] }
        if let failure = status.failure {
            throw ReleaseError(
                .tryAgain, "\(environment) cannot be asked what is pending: \(failure)")
        }
        return status.pending
    }
}

/// The person at the terminal, whatever standard input is: Git gives its hooks
/// none.
enum Terminal {
    static func confirms(_ question: String) -> Bool {
        guard ProcessContext.current.variables["CI"] == nil,
            isatty(STDERR_FILENO) == 1, let terminal = fopen("/dev/tty", "r")
        else { return false }
        defer { fclose(terminal) }
        Console.write("\(question) [y/N] ", to: STDERR_FILENO)
        var buffer = [CChar](repeating: 0, count: 64)
        guard fgets(&buffer, Int32(buffer.count), terminal) != nil else { return false }
        let answer = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return ["y", "yes"].contains(
            answer.lowercased().trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
