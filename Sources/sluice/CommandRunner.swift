import ArgumentParser
import GitStore
import PostgresLink
import ReleaseCore
import Sandbox

/// Runs the body of a command and turns what it throws into a message and an
/// exit code. The one place where errors become text.
struct CommandRunner {
    let console: Console
    /// What JSON output says of an error.
    var document: (RefusalDocument) -> any Encodable = { $0 }
    /// Whether the command has a Markdown form; the text of others goes into a code block.
    var writesMarkdown = false

    func run(_ body: () throws -> ExitCode) throws {
        let isFenced = console.format == .markdown && !writesMarkdown
        if isFenced { console.line("```text") }
        defer { if isFenced { console.line("```") } }
        let code: ExitCode
        do {
            code = try body()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            let explanation = Explanation(of: error)
            if console.format == .json {
                try? console.document(document(RefusalDocument(explanation)))
            }
            console.error(explanation.text(console))
            code = explanation.code
        }
        if code != .success { throw code }
    }
}

/// An error in the four parts a person needs, and its exit code.
struct Explanation {
    var what: String
    var state = ""
    var next: [String] = []
    var code: ExitCode

    init(of error: any Error) {
        switch error {
        case let error as ReleaseError:
            self.init(error)
        case let error as ConfigurationError:
            self.init(
                what:
                    "the configuration has \(error.mistakes.count == 1 ? "a mistake" : "\(error.mistakes.count) mistakes"):\n\(error)",
                next: ["“sluice check” validates the file in the work tree."], code: .usage)
        case let error as ConnectionFailure:
            self.init(error)
        case let error as GitError:
            self.init(what: "\(error)", code: .usage)
        case let error as SandboxError:
            self.init(what: "\(error)", code: .failure)
        case let error as PostgresError:
            self.init(what: "\(error)", code: error.connectionLost ? .tryAgain : .failure)
        default:
            self.init(what: "\(error)", code: .failure)
        }
    }

    private init(what: String, state: String = "", next: [String] = [], code: ExitCode) {
        self.what = what
        self.state = state
        self.next = next
        self.code = code
    }

    init(_ error: ReleaseError) {
        self.init(
            what: error.what, state: error.state, next: error.next, code: Self.code(error.kind))
    }

    private init(_ failure: ConnectionFailure) {
        self.init(what: "\(failure)", state: "nothing was changed.", next: [], code: .usage)
        switch failure.reason {
        case .unreachable:
            code = .tryAgain
            next = ["check that the server runs and accepts connections there, then run it again."]
        case .authentication: next = ["check user and password in the database URL."]
        case .missingDatabase:
            next = ["create it (createdb), or correct the name in the database URL."]
        case .refused:
            next = ["check the server's log and pg_hba.conf, and the TLS settings of the URL."]
        }
    }

    private static func code(_ kind: ReleaseError.Kind) -> ExitCode {
        switch kind {
        case .failed: .failure
        case .blocked: .blocked
        case .needsAttention: .needsAttention
        case .tryAgain: .tryAgain
        case .usage: .usage
        case .interrupted: .interrupted
        }
    }

    func text(_ console: Console) -> String {
        var lines = [console.paint("error:", .bad) + " " + what]
        if !state.isEmpty { lines.append("state: \(state)") }
        lines += next.map { "next:  \($0)" }
        return lines.joined(separator: "\n")
    }
}
