import ArgumentParser
import GitStore
import ReleaseCore

/// Refuses to push migrations that would be out of order once merged.
struct PrePushHook {
    let workspace: Workspace
    let console: Console

    init(_ workspace: Workspace, _ console: Console) {
        self.workspace = workspace
        self.console = console
    }

    func run() throws -> ExitCode {
        var late: [PushCheck.Late] = []
        // Git writes a line for each reference: local name and id, remote name and id.
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 4, words[2].hasPrefix("refs/heads/"),
                // A branch that is deleted has an id of zeros.
                let commit = ObjectID(hex: words[1]), words[1].contains(where: { $0 != "0" })
            else { continue }
            late += try PushCheck(workspace).late(in: commit).filter { !late.contains($0) }
        }
        guard let newest = late.first else { return .success }
        for migration in late {
            console.error(
                "\(console.paint("refused:", .bad)) \(migration.migration) would be out of order: it sorts before \(newest.newest) on \(newest.place)."
            )
        }
        console.error(
            "  next: sluice new \(late.map { "--rebase \($0.migration)" }.joined(separator: " "))   (renames to now), commit, push"
        )
        console.error("\nnothing was pushed. To push all the same: git push --no-verify")
        return .failure
    }
}
