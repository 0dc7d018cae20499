/// What a `/metrics` endpoint said at one moment, in Prometheus' text format.
struct MetricsPage: Sendable {
    /// One line: a series with its value.
    struct Sample: Sendable {
        var name: String
        var labels: [String: String]
        var value: Double

        /// Names the series.
        var series: [String] {
            [name] + labels.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        }
    }

    let samples: [Sample]

    /// - Returns: `nil` for a text that is no such page.
    init?(_ text: String) {
        var samples: [Sample] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let sample = Self.sample(line) else { return nil }
            samples.append(sample)
        }
        self.samples = samples
    }

    private static func sample(_ line: Substring) -> Sample? {
        let name = line.prefix(while: MetricSelector.isNameCharacter)
        var rest = line.dropFirst(name.count)
        guard !name.isEmpty else { return nil }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                rest = rest.drop { $0 == "," || $0 == " " }
                if rest.first == "}" { break }
                let label = rest.prefix(while: MetricSelector.isNameCharacter)
                rest = rest.dropFirst(label.count)
                guard !label.isEmpty, rest.popFirst() == "=", let value = quoted(&rest) else {
                    return nil
                }
                labels[String(label)] = value
            }
            rest = rest.dropFirst()
        }
        let words = rest.split(separator: " ")
        guard let value = words.first.flatMap({ Double($0) }) else { return nil }
        return Sample(name: String(name), labels: labels, value: value)
    }

    /// Takes a quoted text with its escapes from the front.
    static func quoted(_ rest: inout Substring) -> String? {
        guard rest.popFirst() == "\"" else { return nil }
        var text = ""
        while let character = rest.popFirst() {
            if character == "\"" { return text }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": text.append("\n")
            case let escaped?: text.append(escaped)
            case nil: return nil
            }
        }
        return nil
    }

    /// What a signal is between two pages; from the beginning of the process
    /// where there is no earlier one.
    ///
    /// - Returns: `nil` when there is nothing to compute it from.
    func value(
        of signal: MetricsCheck.Signal, since earlier: MetricsPage?, seconds: Double?
    ) -> Double? {
        switch signal {
        case .value(let selector):
            let found = samples.filter { selector.accepts($0.name, $0.labels) }
            return found.isEmpty ? nil : found.map(\.value).reduce(0, +)
        case .rate(let selector):
            let time = seconds ?? uptime
            guard let growth = growth(of: selector, since: earlier), let time, time > 0 else {
                return nil
            }
            return growth / time
        case .ratio(let part, let whole):
            guard let total = growth(of: whole, since: earlier), total > 0 else { return nil }
            return (growth(of: part, since: earlier) ?? 0) / total
        case .quantile(let quantile, let selector):
            return HistogramQuantile(buckets: buckets(selector, since: earlier)).value(quantile)
        }
    }

    /// How long the process had been running, where it says so.
    private var uptime: Double? {
        guard let start = samples.first(where: { $0.name == "process_start_time_seconds" })?.value
        else { return nil }
        return WallClock.seconds - start
    }

    private func growth(of selector: MetricSelector, since earlier: MetricsPage?) -> Double? {
        let found = samples.filter { selector.accepts($0.name, $0.labels) }
        guard !found.isEmpty else { return nil }
        let before = earlier?.values ?? [:]
        return found.map { Self.growth($0, before) }.reduce(0, +)
    }

    private func buckets(
        _ selector: MetricSelector, since earlier: MetricsPage?
    ) -> [Double: Double] {
        let before = earlier?.values ?? [:]
        var buckets: [Double: Double] = [:]
        for sample in samples where selector.accepts(sample.name, suffix: "_bucket", sample.labels)
        {
            guard let bound = sample.labels["le"].flatMap({ Double($0) }) else { continue }
            buckets[bound, default: 0] += Self.growth(sample, before)
        }
        return buckets
    }

    private var values: [[String]: Double] {
        Dictionary(samples.map { ($0.series, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// A counter that is smaller than before has started again from zero.
    private static func growth(_ sample: Sample, _ before: [[String]: Double]) -> Double {
        let old = before[sample.series] ?? 0
        return sample.value < old ? sample.value : sample.value - old
    }
}

/// A quantile of cumulative buckets, with equal distribution inside a bucket.
struct HistogramQuantile {
    /// Counts by upper bound; the last bound is infinite.
    let buckets: [Double: Double]

    func value(_ quantile: Double) -> Double? {
        let sorted = buckets.sorted { $0.key < $1.key }
        guard let total = sorted.last?.value, total > 0 else { return nil }
        let rank = quantile * total
        var lower = (bound: 0.0, count: 0.0)
        for (bound, count) in sorted {
            if count >= rank {
                // Nothing is known about how far beyond the last bound they lie.
                guard bound.isFinite, count > lower.count else { return lower.bound }
                return lower.bound + (bound - lower.bound) * (rank - lower.count)
                    / (count - lower.count)
            }
            lower = (bound, count)
        }
        return lower.bound
    }
}
