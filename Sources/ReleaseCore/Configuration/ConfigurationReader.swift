import PostgresLink
import Yams

/// Reads `sluice.yml`.
public struct ConfigurationReader {
    private var reader = NodeReader()
    private var configuration = Configuration(environments: [])
    /// Where each environment names its upstream.
    private var upstreamLines: [String: Int] = [:]

    /// Parses and validates a file.
    ///
    /// - Parameters:
    ///   - bytes: the file's contents.
    ///   - file: what to call the file in messages.
    /// - Returns: the configuration, free of mistakes.
    /// - Throws: ``ConfigurationError`` with every mistake found.
    public static func read(_ bytes: [UInt8], file: String) throws(ConfigurationError)
        -> Configuration
    {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(
                file: file, mistakes: [.init(line: 0, message: "it is not UTF-8 text.")])
        }
        var this = ConfigurationReader()
        // Some editors put a byte order mark in front, which libyaml does not expect.
        this.read(
            text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        )
        guard this.reader.mistakes.isEmpty else {
            throw ConfigurationError(file: file, mistakes: this.reader.mistakes)
        }
        return this.configuration
    }

    private mutating func read(_ text: String) {
        do {
            // Every scalar is read as text; the rules of other resolvers are regular
            // expressions, whose making takes a tenth of a short command's time.
            guard let root = try Yams.compose(yaml: text, .basic) else {
                reader.complain(nil, "it is empty; “sluice init” writes one.")
                return
            }
            readRoot(root)
            checkReferences()
        } catch let error as YamlError {
            complain(error)
        } catch {
            reader.complain(nil, "it is not YAML: \(error).")
        }
    }

    private mutating func complain(_ error: YamlError) {
        switch error {
        case .parser(_, let problem, let mark, _), .scanner(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            reader.complain(at: mark.line, "\(problem).")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.sorted().map { "“\($0)”" }.joined(separator: ", ")
            reader.complain(
                at: context.mark.line, "the mapping that begins here has \(names) more than once.")
        default:
            reader.complain(nil, "it is not YAML: \(error).")
        }
    }

    private mutating func readRoot(_ root: Node) {
        var namesSchema = false
        for (key, value) in reader.entries(
            root, of: "the file", known: ["migrations", "schema", "environments"])
        {
            switch key {
            case "migrations":
                configuration.migrationsPath = path(value, key) ?? configuration.migrationsPath
            case "schema":
                namesSchema = true
                configuration.schemaPath = path(value, key) ?? configuration.schemaPath
            default:
                for (name, node) in reader.entries(value, of: "environments") {
                    readEnvironment(name, node)
                }
            }
        }
        if !namesSchema {
            configuration.schemaPath = Self.schemaPath(besides: configuration.migrationsPath)
        }
        if configuration.environments.isEmpty, reader.mistakes.isEmpty {
            reader.complain(root, "it names no environments.")
        }
    }

    /// Prisma keeps migrations beside the schema.
    private static func schemaPath(besides migrations: String) -> String {
        (migrations.split(separator: "/").dropLast() + ["schema.prisma"]).joined(separator: "/")
    }

    private mutating func path(_ node: Node, _ key: String) -> String? {
        guard let path = reader.string(node, key) else { return nil }
        if path.hasPrefix("/") || path.split(separator: "/").contains("..") {
            reader.complain(node, "\(key) must be a path inside the repository.")
            return nil
        }
        return path
    }

    private mutating func readEnvironment(_ name: String, _ node: Node) {
        if configuration.environment(named: name) != nil {
            reader.complain(node, "the environment “\(name)” is there twice.")
        }
        var environment = EnvironmentConfiguration(name: name, database: Template(raw: ""))
        for (key, value) in reader.entries(
            node, of: "environment “\(name)”",
            known: [
                "branch", "database", "promotes_from", "gates", "smoke", "deploy", "auto",
            ] + AfterDeployment.keys)
        {
            switch key {
            case "branch": environment.branch = reader.string(value, key)
            case "database": environment.database = database(value)
            case "promotes_from":
                environment.promotesFrom = reader.string(value, key)
                upstreamLines[name] = value.mark?.line
            case "auto": environment.auto = reader.boolean(value, key)
            case "gates": environment.gates = gates(value)
            case "smoke": readSmoke(value, &environment)
            case "deploy": environment.deploy = deploySettings(value)
            default: environment.after.read(key, value, &reader)
            }
        }
        if environment.database.raw.isEmpty {
            reader.complain(
                node, "environment “\(name)” needs a database: a URL, ${NAME} or sandbox.")
        }
        configuration.environments.append(environment)
    }

    /// A list of checks, or `{ concurrency: 4, checks: [...] }`.
    private mutating func readSmoke(_ node: Node, _ environment: inout EnvironmentConfiguration) {
        var checks = node
        if node.mapping != nil {
            let entries = reader.entries(node, of: "smoke", known: ["concurrency", "checks"])
            for (key, value) in entries where key == "concurrency" {
                environment.smokeConcurrency =
                    reader.integer(value, key, 1...64) ?? EnvironmentConfiguration.usualConcurrency
            }
            guard let list = entries.first(where: { $0.key == "checks" })?.value else {
                reader.complain(node, "smoke needs checks: a list of smoke checks.")
                return
            }
            checks = list
        }
        environment.smoke = reader.list(checks, "smoke").compactMap { SmokeCheck.read($0, &reader) }
    }

    private mutating func database(_ node: Node) -> Template {
        let template = Template(
            raw: reader.string(node, "database") ?? "", line: node.mark?.line ?? 0)
        guard template.raw != "sandbox", !template.raw.isEmpty else { return template }
        guard template.references.isEmpty else {
            checkLiteralPassword(template, node)
            return template
        }
        do {
            check(try ConnectionTarget(url: template.raw), node)
        } catch {
            reader.complain(node, "database: \(error)")
        }
        return template
    }

    private mutating func check(_ target: ConnectionTarget, _ node: Node) {
        guard target.hasPassword, !target.isLocal else { return }
        reader.complain(
            node,
            "a password for \(target.server) stands in the file; put the URL into a variable and write ${NAME}."
        )
    }

    /// A URL with references in it is complete only at run time. With two
    /// different stand-ins for them, a password that stays the same is literal.
    private mutating func checkLiteralPassword(_ template: Template, _ node: Node) {
        let targets = ["5432", "5433"].compactMap { standIn in
            try? ConnectionTarget(url: template.filled(with: standIn))
        }
        guard targets.count == 2,
            targets[0].value(of: "password") == targets[1].value(of: "password")
        else { return }
        guard targets[0].hasPassword, !targets[0].isLocal else { return }
        reader.complain(
            node, "a password stands in the file; put the URL into a variable and write ${NAME}.")
    }

    private mutating func gates(_ node: Node) -> [GateConfiguration] {
        let names = GateName.allCases.map(\.rawValue)
        return reader.entries(node, of: "gates", known: names).compactMap { key, value in
            GateName(rawValue: key).map { gate($0, value) }
        }
    }

    private mutating func gate(_ name: GateName, _ node: Node) -> GateConfiguration {
        var gate = GateConfiguration(gate: name, line: node.mark?.line ?? 0)
        if let word = node.scalar?.string, ["off", "false"].contains(word) {
            gate.isOff = true
            return gate
        }
        for (key, value) in reader.entries(
            node, of: "gate “\(name.rawValue)”", known: name.settingKeys + ["overridable_by"])
        {
            if value.sequence != nil {
                gate.lists[key] = reader.list(value, key).compactMap { reader.string($0, key) }
            } else {
                gate.settings[key] = reader.string(value, key)
            }
            if ["soak", "max_age"].contains(key) { _ = reader.duration(value, key) }
            if let words = name.choices[key], let word = gate.settings[key], !words.contains(word) {
                reader.complain(
                    value, "\(key) must be \(words.joined(separator: " or ")), not “\(word)”.")
            }
        }
        check(gate, node)
        return gate
    }

    /// What only the whole gate shows.
    private mutating func check(_ gate: GateConfiguration, _ node: Node) {
        switch gate.gate {
        case .window:
            for text in gate.values("allow") + gate.values("freeze") {
                do { _ = try TimeWindow(text) } catch { reader.complain(node, error.message) }
            }
        case .backup:
            let sources = ["command", "file", "directory"].filter { gate.settings[$0] != nil }
            if sources.count != 1 {
                reader.complain(node, "the gate backup needs one of command, file and directory.")
            }
            if gate.settings["command"] == nil,
                let format = gate.settings["format"], format != "pg_dump"
            {
                reader.complain(node, "the format \(format) goes with a command.")
            }
        case .review:
            if let wanted = gate.settings["approvals"], !(Int(wanted).map { $0 > 0 } ?? false) {
                reader.complain(node, "approvals must be a number from 1.")
            }
        case .featureFlag:
            if gate.settings["command"] == nil, gate.settings["url"] == nil {
                reader.complain(node, "the gate feature_flag needs a command or a url.")
            }
        default: break
        }
    }

    private mutating func deploySettings(_ node: Node) -> DeploySettings {
        var settings = DeploySettings()
        for (key, value) in reader.entries(
            node, of: "deploy", known: ["lock_timeout", "lock_retries", "statement_timeout"])
        {
            switch key {
            case "lock_timeout":
                settings.lockTimeout = serverTime(value, key) ?? settings.lockTimeout
            case "statement_timeout":
                settings.statementTimeout = serverTime(value, key) ?? settings.statementTimeout
            default:
                settings.lockRetries =
                    reader.integer(value, key, 0...10_000) ?? settings.lockRetries
            }
        }
        return settings
    }

    /// PostgreSQL keeps such settings as milliseconds in 32 bits.
    private mutating func serverTime(_ node: Node, _ key: String) -> Duration? {
        guard let duration = reader.duration(node, key) else { return nil }
        guard duration.milliseconds <= Int32.max else {
            reader.complain(node, "\(key) must be shorter than 24 days.")
            return nil
        }
        return duration
    }

    /// `promotes_from` must name another environment, without a circle.
    private mutating func checkReferences() {
        for environment in configuration.environments {
            guard let upstream = environment.promotesFrom else { continue }
            let line = upstreamLines[environment.name] ?? 0
            guard configuration.environment(named: upstream) != nil else {
                let nearest = NearestWord.to(
                    upstream, among: configuration.environments.map(\.name))
                reader.complain(
                    at: line,
                    "environment “\(environment.name)” promotes from “\(upstream)”, which is not an environment"
                        + (nearest.map { "; did you mean “\($0)”?" } ?? "."))
                continue
            }
            if isCircular(environment) {
                reader.complain(
                    at: line, "the promotes_from of “\(environment.name)” runs in a circle.")
            }
        }
    }

    private func isCircular(_ start: EnvironmentConfiguration) -> Bool {
        var seen: Set<String> = [start.name]
        var next = start.promotesFrom
        while let name = next {
            guard seen.insert(name).inserted else { return true }
            next = configuration.environment(named: name)?.promotesFrom
        }
        return false
    }
}
