import PostgresLink

/// What an environment has applied, asked quickly or not at all.
struct AppliedNames: Sendable {
    var environment: String
    var names: Set<String> = []
    /// Why it could not be asked, a sentence.
    var failure: String?

    /// Asks every database that is not a sandbox, side by side. A sandbox can be
    /// made again at any time.
    static func ask(_ workspace: Workspace) -> [AppliedNames] {
        let environments = workspace.configuration.environments.filter { !$0.isSandboxed }
        let options = workspace.options
        let repository = workspace.repositoryKey
        return environments.concurrentMap { environment in
            var answer = AppliedNames(environment: environment.name)
            do {
                let access = try DatabaseAccess.open(environment, options, repository: repository)
                let target = access.target.withDefault("connect_timeout", "2")
                let history = try DatabaseState.read(try PostgresSession(connecting: target))
                    .history
                answer.names = Set(history.rows.filter { $0.state != .rolledBack }.map(\.name))
            } catch let error as ReleaseError {
                answer.failure = error.what
            } catch {
                answer.failure = "\(environment.name) cannot be asked: \(error)"
            }
            return answer
        }
    }
}
