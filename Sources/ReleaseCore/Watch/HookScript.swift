/// The Git hooks that `sluice init --hooks` installs. Their texts are those of the
/// files in the folder `hooks`, so that the program needs no files beside it.
public enum HookScript: String, Sendable, CaseIterable {
    case preCommit = "pre-commit"
    case prePush = "pre-push"
    case postMerge = "post-merge"
    case postReceive = "post-receive"

    /// Those that are of use in a repository with or without a work tree.
    public static func useful(inBareRepository isBare: Bool) -> [HookScript] {
        isBare ? [.postReceive] : [.preCommit, .prePush, .postMerge]
    }

    /// Whether Git stops what it does when the hook fails.
    public var isRefusing: Bool { self == .preCommit || self == .prePush }

    /// The contents of the file.
    public var text: String {
        switch self {
        case .preCommit:
            #"""
            #!/bin/sh
            # Shows what is risky in new migrations and refuses changes of migrations that are
            # merged or applied.
            # Installed by “sluice init --hooks”; all logic is in “sluice hook pre-commit”.
            # git config sluice.program PATH    where sluice is, if not in PATH
            # git config sluice.strict true     refuse what cannot be checked

            sluice=$(git config --type=path sluice.program || echo sluice)
            if command -v "$sluice" >/dev/null 2>&1; then
                exec "$sluice" hook pre-commit "$@"
            fi
            echo "pre-commit: sluice is not in PATH: the migrations of this commit were not checked." >&2
            if [ "$(git config --type=bool sluice.strict)" = true ]; then
                echo "pre-commit: refused, because sluice.strict is set." >&2
                exit 1
            fi

            """#
        case .prePush:
            #"""
            #!/bin/sh
            # Refuses new migrations that would come before ones that are on an environment's
            # branch already.
            # Installed by “sluice init --hooks”; all logic is in “sluice hook pre-push”.
            # git config sluice.program PATH    where sluice is, if not in PATH
            # git config sluice.strict true     refuse what cannot be checked

            sluice=$(git config --type=path sluice.program || echo sluice)
            if command -v "$sluice" >/dev/null 2>&1; then
                exec "$sluice" hook pre-push "$@"
            fi
            echo "pre-push: sluice is not in PATH: the order of the pushed migrations was not checked." >&2
            if [ "$(git config --type=bool sluice.strict)" = true ]; then
                echo "pre-push: refused, because sluice.strict is set." >&2
                exit 1
            fi

            """#
        case .postMerge:
            #"""
            #!/bin/sh
            # Says which migrations a merge brought and offers to apply them in development.
            # Installed by “sluice init --hooks”; all logic is in “sluice hook post-merge”.
            # git config sluice.program PATH    where sluice is, if not in PATH

            sluice=$(git config --type=path sluice.program || echo sluice)
            if command -v "$sluice" >/dev/null 2>&1; then
                exec "$sluice" hook post-merge "$@"
            fi
            echo "post-merge: sluice is not in PATH: it was not looked whether migrations arrived." >&2

            """#
        case .postReceive:
            #"""
            #!/bin/sh
            # For a bare repository on a server: deploys the environments whose branch moved.
            # Installed by “sluice init --hooks”; all logic is in “sluice hook post-receive”.
            # git config sluice.program PATH    where sluice is, if not in PATH
            # git config sluice.wait 15m         how long to go on while a database is down

            # Database URLs for the deployments: NAME=value, a line each, readable by nobody else.
            variables=$(git rev-parse --git-dir)/sluice/environment
            if [ -r "$variables" ]; then
                set -a
                # shellcheck disable=SC1090  # written by the server's administrator
                . "$variables"
                set +a
            fi

            sluice=$(git config --type=path sluice.program || echo sluice)
            if command -v "$sluice" >/dev/null 2>&1; then
                exec "$sluice" hook post-receive "$@"
            fi
            echo "post-receive: sluice is not in PATH: nothing was deployed; “sluice status” shows what is pending." >&2

            """#
        }
    }
}
