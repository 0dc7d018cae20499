/// The gates of an environment whose configuration was named on the command line.
///
/// What is committed on the environment's branch has been reviewed there; a file from disk may
/// name another database and add gates, but take none away, nor move the upstream that proves.
struct GuardedGates {
    /// The environment as the file has it, with the gates it may not do without.
    private(set) var environment: EnvironmentConfiguration
    /// What the file would have loosened, in words; empty where it is as strict.
    private(set) var kept: [String] = []

    /// - Parameters:
    ///   - file: the environment in the file from disk.
    ///   - committed: the environment on its branch.
    init(file: EnvironmentConfiguration, committed: EnvironmentConfiguration) {
        environment = file
        let selection = GateSelection(committed)
        if let upstream = committed.promotesFrom, file.promotesFrom != upstream {
            environment.promotesFrom = upstream
            kept.append("promotes_from: \(upstream)")
        }
        if file.auto == true, committed.auto != true, committed.promotesFrom != nil {
            environment.auto = committed.auto
            kept.append("auto")
        }
        for gate in GateName.allCases where selection.isOn(gate) {
            let wanted = committed.gates.first { $0.gate == gate }
            let offered = file.gates.first { $0.gate == gate }
            guard !Self.same(wanted, offered) else { continue }
            environment.gates.removeAll { $0.gate == gate }
            if let wanted { environment.gates.append(wanted) }
            kept.append(gate.rawValue)
        }
    }

    /// Also keeps the database of the upstream, which proves the migrations.
    ///
    /// - Parameters:
    ///   - file: the whole file, in which the upstream becomes the committed one.
    ///   - committed: the configuration on the branch.
    ///   - name: the environment; without it in both there is nothing to guard.
    init?(file: inout Configuration, committed: Configuration, _ name: String) {
        guard let offered = file.environment(named: name),
            let wanted = committed.environment(named: name)
        else { return nil }
        self.init(file: offered, committed: wanted)
        guard let upstream = wanted.promotesFrom.flatMap(committed.environment(named:)) else {
            return
        }
        let index = file.environments.firstIndex { $0.name == upstream.name }
        // As they are written: what a variable holds is not in the file.
        if let index, file.environments[index].database.raw == upstream.database.raw { return }
        if let index {
            file.environments[index].database = upstream.database
        } else {
            file.environments.append(upstream)
        }
        kept.append("database of \(upstream.name)")
    }

    /// On which line a gate stands makes no difference.
    private static func same(_ one: GateConfiguration?, _ other: GateConfiguration?) -> Bool {
        one?.settings == other?.settings && one?.lists == other?.lists && one?.isOff == other?.isOff
    }
}
