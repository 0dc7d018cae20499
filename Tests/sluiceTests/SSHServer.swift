import Foundation
import TestSupport

/// OpenSSH's server on a loopback port, for one key of this account.
struct SSHServer {
    let process: RunningProcess
    let port: Int
    /// A home whose `.ssh` has the key and knows the server.
    let home: String

    /// Starts it with files of its own in a folder.
    static func start(in folder: String) async throws -> SSHServer {
        let home = "\(folder)/ssh-home"
        try FileManager.default.createDirectory(
            atPath: "\(home)/.ssh", withIntermediateDirectories: true)
        for key in ["\(folder)/host", "\(home)/.ssh/id_ed25519"] {
            let made = try await ProcessRunner.run(
                "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
            guard made.status == 0 else {
                throw UnexpectedOutput(status: made.status, stdout: "", stderr: made.stderr)
            }
        }
        let port = try LoopbackPort.free()
        let configuration = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host
            PidFile none
            AuthorizedKeysFile \(home)/.ssh/id_ed25519.pub
            StrictModes no
            UsePAM no
            PasswordAuthentication no

            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: "\(folder)/sshd.conf"))
        // Root's sshd insists on this folder, which the service would have made.
        if getuid() == 0 { mkdir("/run/sshd", 0o755) }
        let process = try ProcessRunner.start(
            "/usr/sbin/sshd", ["-D", "-e", "-f", "\(folder)/sshd.conf"])
        let server = SSHServer(process: process, port: port, home: home)
        try await server.learnHost()
        return server
    }

    /// Waits until it answers, and writes down its key.
    private func learnHost() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let scan = try await ProcessRunner.run(
                "ssh-keyscan", ["-t", "ed25519", "-p", "\(port)", "127.0.0.1"])
            if scan.stdout.contains("ssh-ed25519") {
                try Data(scan.stdout.utf8).write(
                    to: URL(fileURLWithPath: "\(home)/.ssh/known_hosts"))
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw UnexpectedOutput(status: -1, stdout: "", stderr: "sshd does not answer.")
    }

    func url(_ path: String) -> String {
        "ssh://\(NSUserName())@127.0.0.1:\(port)\(path)"
    }
}
