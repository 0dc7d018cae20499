import Foundation
import ReleaseCore

/// What this process was started with: the only place that reads the
/// process's environment.
struct ProcessContext {
    static let current = ProcessContext()

    let variables = ProcessInfo.processInfo.environment

    /// Who runs this: the person the CI system names, or the account.
    var actor: String {
        let ci = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR"]
        if let name = ci.lazy.compactMap({ variables[$0] }).first(where: { !$0.isEmpty }) {
            return name
        }
        return "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
    }

    /// Who commits, by the variables that Git itself reads.
    var author: WorkspaceOptions.Author? {
        guard let name = variables["GIT_AUTHOR_NAME"], !name.isEmpty,
            let email = variables["GIT_AUTHOR_EMAIL"], !email.isEmpty
        else { return nil }
        return .init(name: name, email: email)
    }

    /// Where kept sandboxes live. Root's must be readable by the account that
    /// runs the server, so never below its home.
    var sandboxBase: String {
        if let folder = variables["SLUICE_SANDBOX_DIR"], !folder.isEmpty { return folder }
        if getuid() == 0 { return "/var/lib/sluice" }
        if let state = variables["XDG_STATE_HOME"], !state.isEmpty { return "\(state)/sluice" }
        return "\(NSHomeDirectory())/.local/state/sluice"
    }

    /// Whether a person can be asked.
    var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }
}
