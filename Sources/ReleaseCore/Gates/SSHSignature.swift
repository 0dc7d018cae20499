import Foundation

/// Signs and verifies text with `ssh-keygen -Y` (OpenSSH's signatures of files).
struct SSHSignature {
    /// Keeps signatures of approvals from being used for anything else.
    static let namespace = "sluice"

    let variables: [String: String]

    /// Signs with a key, or with an agent that holds it.
    ///
    /// - Parameters:
    ///   - text: what to sign.
    ///   - key: path of the private key, or of the public one for an agent.
    /// - Returns: the armored signature.
    /// - Throws: ``ReleaseError``.
    func sign(_ text: String, key: String) throws -> String {
        let output = try run(["-Y", "sign", "-f", key, "-n", Self.namespace], text)
        let signature = String(decoding: output.stdout, as: UTF8.self)
        guard output.status == 0, signature.contains("BEGIN SSH SIGNATURE") else {
            throw ReleaseError(
                .failed, "the approval could not be signed with \(key): \(Self.words(output))",
                state: "nothing was recorded.")
        }
        return signature
    }

    /// Checks a signature.
    ///
    /// - Parameters:
    ///   - signature: armored.
    ///   - text: what was signed.
    ///   - email: the principal that must have signed.
    ///   - allowedSigners: the contents of the file that says whose keys are whose.
    /// - Returns: why it does not hold; `nil` where it does.
    func objection(
        to signature: String, of text: String, by email: String, allowedSigners: [UInt8]
    ) -> String? {
        do {
            return try Self.inDirectory { directory in
                let signers = directory.appendingPathComponent("allowed_signers")
                let file = directory.appendingPathComponent("signature")
                try Data(allowedSigners).write(to: signers)
                try Data(signature.utf8).write(to: file)
                let output = try run(
                    [
                        "-Y", "verify", "-f", signers.path, "-I", email, "-n", Self.namespace,
                        "-s", file.path,
                    ], text)
                return output.status == 0
                    ? nil : "the signature does not hold: \(Self.words(output))"
            }
        } catch {
            return "the signature could not be checked: \(error)"
        }
    }

    private func run(_ arguments: [String], _ input: String) throws -> BoundedProcess.Output {
        var process = BoundedProcess(
            executable: "/usr/bin/env", arguments: ["ssh-keygen"] + arguments,
            environment: variables.filter { ["PATH", "HOME", "SSH_AUTH_SOCK"].contains($0.key) },
            timeout: .seconds(60))
        process.stdin = Array(input.utf8)
        return try process.run(Interrupt())
    }

    private static func words(_ output: BoundedProcess.Output) -> String {
        if output.status == 127 { return "ssh-keygen is not installed (package openssh-client)." }
        let lines = String(decoding: output.stderr + output.stdout, as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        return lines.first { !$0.hasPrefix("Signing") }.map(String.init)
            ?? "ssh-keygen ended with \(output.status)."
    }

    private static func inDirectory<T>(_ body: (URL) throws -> T) throws -> T {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("sluice-\(UUID4.make())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }
}
