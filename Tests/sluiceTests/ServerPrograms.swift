import Foundation
import Glibc
import TestSupport

/// Runs PostgreSQL's programs for servers that a test makes itself, in its folder and, because
/// they refuse to run as root, under another account.
struct ServerPrograms: Sendable {
    let folder: String

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private static var account: passwd? { geteuid() == 0 ? getpwnam("postgres")?.pointee : nil }

    /// Hands a path to the account the programs run under.
    func own(_ path: String) {
        if let account = Self.account { chown(path, account.pw_uid, account.pw_gid) }
    }

    /// - Returns: what it printed, without blanks around it.
    @discardableResult
    func run(_ words: [String]) async throws -> String {
        let output =
            Self.account == nil
            ? try await ProcessRunner.run(words[0], Array(words.dropFirst()), directory: folder)
            : try await ProcessRunner.run(
                "runuser", ["-u", "postgres", "--"] + words, directory: folder)
        guard output.status == 0 else {
            throw Failure(description: "\(words[0]): \(output.stdout)\(output.stderr)")
        }
        return output.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
