import Foundation
import GitStore
import ReleaseCore
import Sandbox

/// Finds a remote repository and proves to it who asks.
struct RemoteAccess {
    let common: CommonOptions
    let variables = ProcessContext.current.variables

    init(_ common: CommonOptions) {
        self.common = common
    }

    /// A bare copy of a remote, in the state folder. The remote is an address, or
    /// the name of one that the repository has.
    func mirror(of remote: String) throws -> Mirror {
        let url = try address(of: remote)
        let folder = "\(ProcessContext.current.sandboxBase)/mirrors"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ReleaseError(
                .failed, "\(folder) cannot be made: \(error.localizedDescription)",
                next: ["name another folder in SLUICE_SANDBOX_DIR."])
        }
        let name = GitRepository.withoutSecrets(url).map {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-"
        }
        let variables = variables
        return Mirror(
            path: "\(folder)/\(String(name)).git", url: url, certificates: certificates
        ) {
            Self.answer($0, url: url, variables)
        }
    }

    /// Where Git would look for the authorities of https servers.
    private var certificates: String? {
        if let file = variables["GIT_SSL_CAINFO"], !file.isEmpty { return file }
        return (try? GitRepository(discovering: common.repo))?.text("http.sslCAInfo")
    }

    private func address(of remote: String) throws -> String {
        if remote.contains("://") || remote.contains(":") || remote.hasPrefix("/") { return remote }
        guard let url = try GitRepository(discovering: common.repo).address(ofRemote: remote) else {
            throw ReleaseError(
                .usage, "there is no remote “\(remote)” here.",
                next: ["“git remote --verbose” lists them; --remote takes an address too."])
        }
        return url
    }

    /// A key from the agent first, then those in the usual files; a password from
    /// the address, else from Git's credential helpers.
    private static func answer(
        _ question: GitCredentialQuestion, url: String, _ variables: [String: String]
    ) -> GitCredential? {
        let user = question.user ?? "git"
        guard question.wantsKey else {
            return question.attempt > 0 ? nil : password(url, variables)
        }
        var answers: [GitCredential] = []
        if variables["SSH_AUTH_SOCK"]?.isEmpty == false { answers.append(.sshAgent(user: user)) }
        let home = variables["HOME"] ?? NSHomeDirectory()
        let files =
            variables["SLUICE_SSH_KEY"].map { [$0] }
            ?? ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(home)/.ssh/\($0)" }
        answers += files.filter { FileManager.default.isReadableFile(atPath: $0) }
            .map { .sshKey(user: user, path: $0) }
        return answers.indices.contains(question.attempt) ? answers[question.attempt] : nil
    }

    private static func password(_ url: String, _ variables: [String: String]) -> GitCredential? {
        guard let parts = URLComponents(string: url), let host = parts.host else { return nil }
        if let user = parts.user, let secret = parts.password {
            return .password(user: user, secret: secret)
        }
        var question = "protocol=\(parts.scheme ?? "https")\nhost=\(host)"
        if let port = parts.port { question += ":\(port)" }
        question += "\npath=\(parts.path.drop { $0 == "/" })\n"
        if let user = parts.user { question += "username=\(user)\n" }
        return GitCredentialHelper(variables: variables).fill(question + "\n")
    }
}

/// Asks Git's credential helpers, without ever asking a person.
struct GitCredentialHelper {
    let variables: [String: String]

    func fill(_ question: String) -> GitCredential? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "credential", "fill"]
        process.environment = variables.merging(["GIT_TERMINAL_PROMPT": "0"]) { $1 }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        try? input.fileHandleForWriting.write(contentsOf: Data(question.utf8))
        try? input.fileHandleForWriting.close()
        let answer = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        var fields: [Substring: String] = [:]
        for line in answer.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = String(parts[1]) }
        }
        guard let user = fields["username"], let secret = fields["password"] else { return nil }
        return .password(user: user, secret: secret)
    }
}
