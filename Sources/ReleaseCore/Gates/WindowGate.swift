/// Now is inside an allowed window and outside every freeze.
struct WindowGate {
    var allow: [TimeWindow]
    var freeze: [TimeWindow]
    /// Since 1970, in seconds.
    var now: Double

    /// How far ahead an opening is looked for.
    private static let horizon = 400.0 * 86_400

    init(allow: [TimeWindow], freeze: [TimeWindow], now: Double) {
        self.allow = allow
        self.freeze = freeze
        self.now = now
    }

    /// - Throws: ``TimeWindow/Mistake``.
    init(_ configuration: GateConfiguration, now: Double) throws(TimeWindow.Mistake) {
        var windows: [String: [TimeWindow]] = [:]
        for key in ["allow", "freeze"] {
            for text in configuration.values(key) {
                windows[key, default: []].append(try TimeWindow(text))
            }
        }
        self.init(allow: windows["allow"] ?? [], freeze: windows["freeze"] ?? [], now: now)
    }

    var result: GateResult {
        let clock = (allow + freeze).first?.clock
        let time = clock.map { "\($0.text(now)) \($0.name)" } ?? "now"
        if let frozen = freeze.first(where: { $0.contains(now) }) {
            return block("\(time) is inside the freeze “\(frozen.text)”")
        }
        if let open = allow.first(where: { $0.contains(now) }) {
            return GateResult(.window, .pass, "\(time) is inside “\(open.text)”.")
        }
        guard allow.isEmpty else {
            return block(
                "\(time) is outside \(allow.map { "“\($0.text)”" }.joined(separator: ", "))")
        }
        return GateResult(.window, .pass, "\(time) is outside every freeze.")
    }

    private func block(_ evidence: String) -> GateResult {
        guard let next = nextOpening, let clock = (allow + freeze).first?.clock else {
            return GateResult(
                .window, .block, "\(evidence); it does not open within the next 400 days.",
                wayOut: "correct the windows in \(Configuration.fileName)")
        }
        let wait = DurationText.describe(.seconds(Int64(next - now)))
        return GateResult(
            .window, .block,
            "\(evidence); it opens \(clock.text(next)) \(clock.name), in \(wait).",
            wayOut: "wait until then, and run it again")
    }

    /// The first moment from now on that is allowed: where a window begins, or
    /// where a freeze ends.
    var nextOpening: Double? {
        let end = now + Self.horizon
        let starts = allow.flatMap { $0.spans(from: now, to: end) }.map(\.start)
        let ends = freeze.flatMap { $0.spans(from: now, to: end) }.map(\.end)
        return (starts + ends + [now]).filter { $0 >= now }.sorted().first { moment in
            (allow.isEmpty || allow.contains { $0.contains(moment) })
                && !freeze.contains { $0.contains(moment) }
        }
    }
}
