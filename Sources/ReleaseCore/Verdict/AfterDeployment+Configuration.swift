import Yams

extension AfterDeployment {
    /// The keys of an environment that are read here.
    static let keys = ["bake", "on_failure", "maintenance", "notify", "after_deploy"]

    /// Reads one of ``keys``.
    mutating func read(_ key: String, _ node: Node, _ reader: inout NodeReader) {
        switch key {
        case "bake": bake = Bake.read(node, &reader)
        case "on_failure":
            let words = OnFailure.allCases.map(\.rawValue)
            if let choice = OnFailure(rawValue: reader.string(node, key) ?? "") {
                onFailure = choice
            } else {
                reader.complain(node, "on_failure must be \(words.joined(separator: " or ")).")
            }
        case "maintenance": maintenance = MaintenanceSettings.read(node, &reader)
        case "notify":
            notify = reader.list(node, key).compactMap { NotificationTarget.read($0, &reader) }
        default: reminders = reader.strings(node, key)
        }
    }
}

extension AfterDeployment.Bake {
    /// `10m`, or `{ for: 10m, every: 30s, tags: [fast] }`.
    fileprivate static func read(_ node: Node, _ reader: inout NodeReader) -> Self? {
        guard node.mapping != nil else {
            return reader.time(node, "bake").map { Self(duration: $0) }
        }
        var (duration, every, tags): (Duration?, Duration?, [String]) = (nil, nil, [])
        let entries = reader.entries(node, of: "bake", known: ["for", "every", "tags"])
        for (key, value) in entries {
            switch key {
            case "for": duration = reader.time(value, key)
            case "every": every = reader.time(value, key)
            default: tags = reader.strings(value, key)
            }
        }
        if !entries.contains(where: { $0.key == "for" }) {
            reader.complain(node, "bake needs for: how long to watch.")
        }
        return duration.map { Self(duration: $0, every: every, tags: tags) }
    }
}

extension MaintenanceSettings {
    fileprivate static func read(_ node: Node, _ reader: inout NodeReader) -> Self? {
        let entries = reader.entries(node, of: "maintenance", known: ["on", "off", "deploy"])
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        guard let on = values["on"], let off = values["off"] else {
            reader.complain(node, "maintenance needs both on and off.")
            return nil
        }
        guard let turnOn = Switch.read(on, "on", &reader),
            let turnOff = Switch.read(off, "off", &reader)
        else { return nil }
        return Self(
            on: turnOn, off: turnOff,
            isUsual: values["deploy"].flatMap { reader.boolean($0, "deploy") } ?? false)
    }
}

extension MaintenanceSettings.Switch {
    fileprivate static func read(
        _ node: Node, _ key: String, _ reader: inout NodeReader
    ) -> Self? {
        let known = ["sql", "http", "command", "expect", "env"] + HTTPRequest.keys.sorted()
        let entries = reader.entries(node, of: "maintenance \(key)", known: known)
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let kinds = ["sql", "http", "command"].filter { values[$0] != nil }
        guard kinds.count == 1, let value = values[kinds[0]] else {
            reader.complain(node, "maintenance \(key) has exactly one of sql, http and command.")
            return nil
        }
        let own: Set<String> =
            switch kinds[0] {
            case "http": HTTPRequest.keys.union(["http", "expect"])
            case "command": ["command", "env"]
            default: ["sql"]
            }
        for (other, value) in entries where !own.contains(other) {
            reader.complain(value, "\(other) means nothing beside \(kinds[0]).")
        }
        switch kinds[0] {
        case "sql": return reader.string(value, "sql").map(Self.sql)
        case "command": return CommandCheck.read(value, values["env"], &reader).map(Self.command)
        default:
            return HTTPRequest.read(value, values, &reader).map { request in
                let any = HTTPExpectation(status: [200...299])
                let expectation = values["expect"].map { HTTPExpectation.read($0, &reader) }
                return .http(request, expectation ?? any)
            }
        }
    }
}

extension NotificationTarget {
    fileprivate static func read(_ node: Node, _ reader: inout NodeReader) -> Self? {
        let entries = reader.entries(
            node, of: "notify", known: ["webhook", "slack", "on", "headers"])
        let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let kinds = ["webhook", "slack"].filter { values[$0] != nil }
        guard kinds.count == 1, let value = values[kinds[0]] else {
            reader.complain(node, "an entry of notify has exactly one of webhook and slack.")
            return nil
        }
        guard let url = HTTPRequest.address(value, kinds[0], &reader) else { return nil }
        var target = Self(form: kinds[0] == "slack" ? .slack : .webhook, url: url)
        target.headers = values["headers"].map { reader.templates($0, of: "headers") } ?? [:]
        if let on = values["on"] { target.verdicts = verdicts(on, &reader) }
        return target
    }

    private static func verdicts(_ node: Node, _ reader: inout NodeReader) -> [Verdict] {
        let known: [Verdict] = usual + [.blocked]
        return reader.strings(node, "on").compactMap { word in
            // YAML's own word for true, in some minds: “on: on” is no verdict.
            if let verdict = known.first(where: { $0.rawValue == word }) { return verdict }
            let words = known.map(\.rawValue)
            let nearest =
                NearestWord.to(word, among: words).map { "; did you mean “\($0)”?" } ?? "."
            reader.complain(
                node, "“\(word)” is none of the verdicts \(words.joined(separator: ", "))\(nearest)"
            )
            return nil
        }
    }
}
