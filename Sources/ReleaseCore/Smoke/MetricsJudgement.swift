import Foundation

/// Holds two numbers against the limits of a check.
struct MetricsJudgement {
    let check: MetricsCheck
    let before: Double?
    let after: Double?

    var result: CheckResult {
        guard let after else {
            return CheckResult(
                check.withoutData,
                "there is nothing to judge in the \(DurationText.describe(check.window)) after the deployment."
            )
        }
        let limits = check.limits
        if let most = limits.most, after > most {
            return failed("more than \(Self.text(most))")
        }
        if let least = limits.least, after < least {
            return failed("less than \(Self.text(least))")
        }
        guard let increase = limits.increase else { return CheckResult(.passed, numbers) }
        guard let before else {
            return limits.most == nil && limits.least == nil
                ? CheckResult(
                    check.withoutData,
                    "\(Self.text(after)), and nothing from before the deployment to compare with.")
                : CheckResult(.passed, numbers)
        }
        let rise = after - before
        guard rise > limits.tolerance, rise > Self.allowed(increase, before) else {
            return CheckResult(.passed, numbers)
        }
        return failed("a rise of more than \(Self.text(increase))")
    }

    private func failed(_ why: String) -> CheckResult {
        CheckResult(.failed, "\(numbers): \(why).")
    }

    private var numbers: String {
        let now = after.map(Self.text) ?? "nothing"
        return before.map { "\(now) after, \(Self.text($0)) before" } ?? now
    }

    private static func allowed(_ increase: MetricsCheck.Limits.Increase, _ before: Double)
        -> Double
    {
        switch increase {
        case .relative(let part): abs(before) * part
        case .absolute(let number): number
        }
    }

    private static func text(_ increase: MetricsCheck.Limits.Increase) -> String {
        switch increase {
        case .relative(let part): "\(text(part * 100)) %"
        case .absolute(let number): text(number)
        }
    }

    /// Four digits are enough for people.
    static func text(_ number: Double) -> String {
        String(format: "%.4g", number)
    }
}
