import Testing

@testable import ReleaseCore

@Suite("Metrics")
struct MetricsPageTests {
    private static let before = """
        # HELP requests_total All of them.
        # TYPE requests_total counter
        requests_total{code="200",path="/a,\\"b\\""} 900
        requests_total{code="503",path="/"} 100 1700000000000
        seconds_bucket{le="0.1"} 50
        seconds_bucket{le="0.5"} 90
        seconds_bucket{le="+Inf"} 100
        up 1
        """
    private static let after = """
        requests_total{code="200",path="/a,\\"b\\""} 1000
        requests_total{code="503",path="/"} 100
        requests_total{code="500",path="/"} 25
        seconds_bucket{le="0.1"} 50
        seconds_bucket{le="0.5"} 190
        seconds_bucket{le="+Inf"} 200
        up 1
        """

    private func value(_ signal: MetricsCheck.Signal, since: String? = before) throws -> Double? {
        let page = try #require(MetricsPage(since == nil ? Self.before : Self.after))
        return page.value(of: signal, since: since.flatMap { MetricsPage($0) }, seconds: 10)
    }

    @Test("are the growth between two readings")
    func growth() throws {
        let all = try #require(MetricSelector("requests_total"))
        let errors = try #require(MetricSelector(#"requests_total{code=~"5..", path!="x"}"#))
        #expect(try value(.ratio(errors, all)) == 0.2)
        #expect(try value(.ratio(errors, all), since: nil) == 0.1)
        #expect(try value(.rate(all)) == 12.5)
        #expect(try value(.value(try #require(MetricSelector("up")))) == 1)
        #expect(try value(.value(try #require(MetricSelector("down")))) == nil)
    }

    @Test("have quantiles by interpolation inside a bucket")
    func quantiles() throws {
        let seconds = try #require(MetricSelector("seconds"))
        let median = try #require(try value(.quantile(0.5, seconds)))
        #expect(abs(median - 0.3) < 1e-9)
        #expect(try value(.quantile(0.95, seconds), since: nil) == 0.5)
    }

    @Test("start again from zero with the process")
    func restart() throws {
        let page = try #require(MetricsPage("requests_total 5"))
        let earlier = try #require(MetricsPage("requests_total 1000"))
        let all = try #require(MetricSelector("requests_total"))
        #expect(page.value(of: .rate(all), since: earlier, seconds: 5) == 1)
    }

    @Test("are not what is no such text", arguments: ["<html>", "a{b=} 1", "a one", "a{b=\"c} 1"])
    func nonsense(_ text: String) {
        #expect(MetricsPage(text) == nil)
    }

    /// Before, after, limits, and what comes of it.
    @Test(
        "are held against limits",
        arguments: [
            (0.01, 0.02, MetricsCheck.Limits(most: 0.05), SmokeRun.Outcome.passed),
            (0.01, 0.06, .init(most: 0.05), .failed), (1, 0.5, .init(least: 0.7), .failed),
            (100, 140, .init(increase: .relative(0.5)), .passed),
            (100, 160, .init(increase: .relative(0.5)), .failed),
            (0, 0.001, .init(increase: .relative(0.5)), .failed),
            (0, 0.001, .init(increase: .relative(0.5), tolerance: 0.01), .passed),
            (3, 5, .init(increase: .absolute(2)), .passed),
            (3, 6, .init(increase: .absolute(2)), .failed),
            (nil, 6, .init(increase: .absolute(2)), .error),
            (nil, 6, .init(most: 7, increase: .absolute(2)), .passed),
            (3, nil, .init(most: 7), .error),
        ] as [(Double?, Double?, MetricsCheck.Limits, SmokeRun.Outcome)])
    func limits(
        _ before: Double?, _ after: Double?, _ limits: MetricsCheck.Limits,
        _ outcome: SmokeRun.Outcome
    ) {
        let check = MetricsCheck(source: .database(.deadlocks), limits: limits)
        #expect(
            MetricsJudgement(check: check, before: before, after: after).result.outcome == outcome)
    }
}
