import PostgresLink

/// When a deployment changed the database, by the wall clock.
struct DeploymentWindow: Sendable, Hashable {
    /// Seconds since 1970.
    var start: Double
    var end: Double
}

/// Numbers that were read at one moment, for sources that keep no past.
enum MetricsSample: Sendable {
    case page(MetricsPage)
    case database(DatabaseStatistics)
}

/// Reads the numbers of a check and judges them.
struct MetricsRun {
    let check: MetricsCheck
    let client: HTTPClient
    let database: CheckDatabase
    let variables: [String: String]
    let interrupt: Interrupt

    /// Why there is no number.
    struct Unknown: Error {
        var why: String
    }

    /// What the source says now; `nil` for one that knows its past.
    func sample(_ timeout: Duration) throws -> MetricsSample? {
        switch check.source {
        case .prometheus: return nil
        case .endpoint(let url, _, let headers):
            let text = try fetch(try url.resolve(variables), url.raw, headers, timeout)
            guard let page = MetricsPage(text) else {
                throw Unknown(why: "\(url.raw) does not answer in Prometheus' text format.")
            }
            return .page(page)
        case .database(let signal):
            return .database(try DatabaseStatistics.read(database, signal, timeout))
        }
    }

    /// Waits until the window after the deployment is over, and compares.
    ///
    /// - Parameters:
    ///   - deployment: when it was; `nil` when none is known.
    ///   - earlier: a sample from before it, where one was taken.
    ///   - timeout: of each request.
    /// - Returns: the judgement.
    func run(
        _ deployment: DeploymentWindow?, _ earlier: MetricsSample?, _ timeout: Duration
    ) -> CheckResult {
        do {
            let (before, after) =
                if case .prometheus(let url, let query, let headers) = check.source {
                    try askPrometheus(url, query, headers, deployment, timeout)
                } else {
                    try watch(earlier, timeout)
                }
            return MetricsJudgement(check: check, before: before, after: after).result
        } catch let unknown as Unknown {
            return CheckResult(.error, unknown.why)
        } catch {
            return CheckResult(.error, "\(error)")
        }
    }

    // MARK: Sources without a past

    private func watch(
        _ earlier: MetricsSample?, _ timeout: Duration
    ) throws -> (before: Double?, after: Double?) {
        let start = try sample(timeout)
        guard interrupt.pause(check.window) else { throw Unknown(why: "stopped.") }
        let seconds = Double(check.window.milliseconds) / 1000
        switch (check.source, earlier ?? start, start, try sample(timeout)) {
        case (.endpoint(_, let signal, _), .page(let before)?, .page(let from)?, .page(let to)?):
            return (
                before.value(of: signal, since: nil, seconds: nil),
                to.value(of: signal, since: from, seconds: seconds)
            )
        case (
            .database(let signal), .database(let before)?, .database(let from)?, .database(let to)?
        ):
            return (before.value(of: signal, over: seconds), to.value(of: signal, since: from))
        default: throw Unknown(why: "the source gave nothing to compare.")
        }
    }

    private func fetch(
        _ url: String, _ shown: String, _ headers: [String: Template], _ timeout: Duration
    ) throws -> String {
        let request = HTTPClient.Request(
            method: "GET", url: url,
            headers: try headers.sorted { $0.key < $1.key }.map {
                .init(name: $0.key, value: try $0.value.resolve(variables), isSecret: true)
            },
            body: nil, redirects: HTTPRequest.usualRedirects, bodyLimit: 16 << 20)
        do {
            let answer = try client.send(request, timeout: timeout)
            guard answer.status == 200, !answer.isCut else {
                let words = answer.json.flatMap { JSONPointer("/error")?.value(in: $0)?.text }
                throw Unknown(
                    why: "\(shown) answered \(answer.status)\(words.map { ": \($0)" } ?? "").")
            }
            return answer.text
        } catch let failure as HTTPFailure {
            switch failure {
            case .unanswered(let why), .wrong(let why):
                throw Unknown(why: "\(shown) could not be asked: \(why)")
            }
        }
    }

    // MARK: Prometheus

    private func askPrometheus(
        _ url: Template, _ query: String, _ headers: [String: Template],
        _ deployment: DeploymentWindow?, _ timeout: Duration
    ) throws -> (before: Double?, after: Double?) {
        let window = check.window
        let query = query.replacing("$window", with: "\(max(1, window.milliseconds))ms")
        func value(at time: Double) throws -> Double? {
            let base = try url.resolve(variables)
            let address =
                "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/api/v1/query?query=\(PercentCoding.encode(query))&time=\(time)"
            return try Self.number(in: try fetch(address, url.raw, headers, timeout), url.raw)
        }
        guard let deployment else { return (nil, try value(at: WallClock.seconds)) }
        // Before the window is over it would show what was before the deployment.
        let left = deployment.end + Double(window.milliseconds) / 1000 - WallClock.seconds
        if left > 0, !interrupt.pause(.seconds(left)) { throw Unknown(why: "stopped.") }
        return (try value(at: deployment.start), try value(at: WallClock.seconds))
    }

    /// The one number of an answer (Prometheus' HTTP API, “Expression query
    /// result formats”).
    private static func number(in text: String, _ url: String) throws -> Double? {
        let answer = HTTPAnswer(
            status: 200, headers: [], body: Array(text.utf8), isCut: false, time: .zero)
        func part(_ pointer: String, _ root: JSONValue?) -> JSONValue? {
            root.flatMap { root in JSONPointer(pointer).flatMap { $0.value(in: root) } }
        }
        switch part("/data/resultType", answer.json) {
        case .string("scalar"): return number(part("/data/result/1", answer.json))
        case .string("vector"):
            guard case .array(let series)? = part("/data/result", answer.json) else { return nil }
            guard series.count < 2 else {
                throw Unknown(
                    why:
                        "the query returns \(series.count) series; make one of them with sum() or max()."
                )
            }
            return number(part("/value/1", series.first))
        default: throw Unknown(why: "\(url) does not answer as Prometheus does.")
        }
    }

    /// NaN is what nothing divided by nothing gives.
    private static func number(_ value: JSONValue?) -> Double? {
        value.flatMap { Double($0.text) }.flatMap { $0.isNaN ? nil : $0 }
    }
}
