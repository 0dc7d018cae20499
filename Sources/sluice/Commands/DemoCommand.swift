import ArgumentParser
import Foundation
import ReleaseCore

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show the whole story on a private PostgreSQL, in under a minute.",
        discussion: """
            Makes a repository and a database server in a temporary folder, runs every command of \
            the story with its real output, and removes everything again.
            """)

    @Flag(help: "Leave repository and databases in place to explore.")
    var keep = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console, writesMarkdown: true).run {
            // Ctrl-C reaches the running command, which stops properly; then the
            // demo ends and cleans up. A handler, because ignored signals stay
            // ignored in children.
            for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in } }
            let folder = try makeFolder()
            defer { if !keep { remove(folder) } }
            let shell = DemoShell(
                folder: "\(folder)/marketplace", sandboxes: "\(folder)/sandboxes", console: console)
            try DemoStory(shell: shell).run()
            if keep { explain(folder, console) }
            return .success
        }
    }

    private func makeFolder() throws -> String {
        let folder =
            "\(NSTemporaryDirectory())sluice-demo-\(ProcessInfo.processInfo.processIdentifier)"
        // The account that runs the server must be able to pass through.
        try FileManager.default.createDirectory(
            atPath: "\(folder)/marketplace", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        return folder
    }

    /// Waits for the server's end: it writes until then.
    private func remove(_ folder: String) {
        for _ in 1...200 {
            try? FileManager.default.removeItem(atPath: folder)
            if !FileManager.default.fileExists(atPath: folder) { return }
            usleep(50_000)
        }
    }

    private func explain(_ folder: String, _ console: Console) {
        console.line(
            """

            Everything is left in \(folder). To go on:
              cd \(folder)/marketplace
              export SLUICE_SANDBOX_DIR=\(folder)/sandboxes
              sluice status
            """)
    }
}
