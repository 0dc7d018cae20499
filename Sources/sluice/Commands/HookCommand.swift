import ArgumentParser
import GitStore
import ReleaseCore

/// What the scripts in `hooks` call.
struct HookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook", abstract: "What Git's hooks call.",
        discussion: "“sluice init --hooks” installs the hooks.", shouldDisplay: false)

    @Argument(
        help: "pre-commit, pre-push, post-merge or post-receive.",
        transform: { name in
            guard let hook = HookScript(rawValue: name) else {
                throw ValidationError("There is no hook of sluice called “\(name)”.")
            }
            return hook
        })
    var name: HookScript

    @Argument(help: "What Git says to the hook.")
    var words: [String] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        do {
            let workspace = try common.workspace()
            let code: ExitCode
            switch name {
            case .preCommit: code = try PreCommitHook(workspace, common.console).run()
            case .prePush: code = try PrePushHook(workspace, common.console).run()
            case .postMerge: code = try PostMergeHook(workspace, common).run()
            case .postReceive: code = try PostReceiveHook(workspace, common).run()
            }
            if code != .success { throw code }
        } catch let code as ExitCode {
            throw code
        } catch {
            try pass(error)
        }
    }

    /// A hook that cannot do its work does not stop anybody's, unless it was
    /// asked to.
    private func pass(_ error: any Error) throws {
        let console = common.console
        console.error(Explanation(of: error).text(console))
        if (try? GitRepository(discovering: common.repo))?.flag(HookWords.strict) == true {
            console.error("\(name.rawValue): refused, because \(HookWords.strict) is set.")
            throw ExitCode.failure
        }
        console.error("\(name.rawValue): nothing was checked.")
    }
}

/// What the hooks have in common.
enum HookWords {
    /// The Git setting that makes a hook refuse what it cannot check.
    static let strict = "sluice.strict"
    /// The Git setting that says how long the deployment of a push goes on trying.
    static let wait = "sluice.wait"
}
