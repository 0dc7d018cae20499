/// Compares numbers from before a deployment with those after it.
public struct MetricsCheck: Sendable, Hashable {
    /// Where the numbers come from.
    public enum Source: Sendable, Hashable {
        /// A PromQL query to a Prometheus server; `$window` in it stands for the
        /// window's length.
        case prometheus(url: Template, query: String, headers: [String: Template])
        /// A page in Prometheus' text format.
        case endpoint(url: Template, signal: Signal, headers: [String: Template])
        /// The statistics of the environment's own database.
        case database(DatabaseSignal)
    }

    /// What is computed from the samples of a page.
    public enum Signal: Sendable, Hashable {
        /// The growth of one counter over that of another.
        case ratio(MetricSelector, MetricSelector)
        /// The growth of a counter, per second.
        case rate(MetricSelector)
        /// A quantile of a histogram, from 0 to 1.
        case quantile(Double, MetricSelector)
        /// A value as it stands.
        case value(MetricSelector)
    }

    /// What is computed from `pg_stat_database` and `pg_stat_statements`.
    public enum DatabaseSignal: String, Sendable, Hashable, CaseIterable {
        /// Transactions rolled back, of all transactions.
        case rollbackRatio = "rollback_ratio"
        /// How many deadlocks there were in the window.
        case deadlocks
        /// How many queries were cancelled by recovery in the window (standbys).
        case conflicts
        /// Milliseconds a statement takes on average (`pg_stat_statements`).
        case statementTime = "statement_time"
    }

    public var source: Source
    /// How long the window before and the one after are.
    public var window: Duration
    public var limits: Limits
    /// What it means when there is nothing to judge, such as no request at all.
    public var withoutData: SmokeRun.Outcome

    public init(
        source: Source, window: Duration = .seconds(60), limits: Limits,
        withoutData: SmokeRun.Outcome = .error
    ) {
        self.source = source
        self.window = window
        self.limits = limits
        self.withoutData = withoutData
    }

    /// How far a number may go.
    public struct Limits: Sendable, Hashable {
        /// How much it may grow.
        public enum Increase: Sendable, Hashable {
            /// As a part of the number before: 0.5 for 50 %.
            case relative(Double)
            case absolute(Double)
        }

        public var most: Double?
        public var least: Double?
        public var increase: Increase?
        /// A rise of no more than this is noise.
        public var tolerance: Double

        public init(
            most: Double? = nil, least: Double? = nil, increase: Increase? = nil,
            tolerance: Double = 0
        ) {
            self.most = most
            self.least = least
            self.increase = increase
            self.tolerance = tolerance
        }
    }

    var references: [String] {
        switch source {
        case .prometheus(let url, _, let headers), .endpoint(let url, _, let headers):
            ([url] + headers.values).flatMap(\.references)
        case .database: []
        }
    }
}
