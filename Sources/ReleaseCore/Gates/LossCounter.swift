import PostgresLink
import SQLAnalysis

/// What a statement of a plan would lose in the target database, counted there.
struct CountedLoss: Sendable, Hashable {
    enum Amount: Sendable, Hashable {
        case exactly(Int)
        /// Not more than so many; which ones, only the run tells.
        case upTo(Int)
        /// More than could be counted in time; the estimate is the server's, of all rows.
        case some(estimate: Int)
        /// Why it is not known.
        case unknown(String)
    }

    var migration: String
    var loss: PotentialLoss
    var amount: Amount
    /// What is lost of it, one: `row` or `value`.
    var unit = "row"
    /// Where: `of public.jobs`.
    var what: String

    /// Whether there is nothing of that name, so that nothing is taken away either.
    var isAbsent = false

    var isNothing: Bool { amount == .exactly(0) }

    /// `20240101000000_tidy, line 5: 3 rows of public.jobs`.
    var line: String {
        let place = "\(migration), line \(loss.line): "
        switch amount {
        case .exactly(let count): return place + "\(count) \(unit)\(count == 1 ? "" : "s") \(what)"
        case .upTo(let count):
            return place
                + "up to \(count) \(unit)\(count == 1 ? "" : "s") \(what), only the run tells which"
        case .some(let estimate):
            let about = estimate > 0 ? ", about \(estimate)" : ""
            return place + "more \(unit)s than could be counted in time\(about), \(what)"
        case .unknown(let reason): return place + reason
        }
    }
}

/// Counts in the target database what a plan would lose. Reads only, and gives up
/// on what takes too long.
struct LossCounter {
    let session: PostgresSession
    /// How long one count may take.
    var timeout: Duration = .seconds(15)

    /// Two round trips, or more where something cannot be counted at once.
    ///
    /// - Throws: `PostgresError` when the connection is lost.
    func count(_ plan: [PlannedMigration]) throws -> [CountedLoss] {
        // What is finished of a migration that was cut short is not lost again.
        let losses = plan.flatMap { planned in
            planned.losses.filter { $0.statement > planned.continuation?.finished ?? 0 }
                .map { (planned.name, $0) }
        }
        guard !losses.isEmpty else { return [] }
        var counted = try RoutineLookup(ask: { try run($0) }).harmful(losses)
        let countable = losses.filter { !$0.1.isCall }
        var targets: [Target] = []
        for ((migration, loss), found) in zip(countable, try find(countable.map(\.1))) {
            switch found {
            case .failure(let reason):
                counted.append(
                    CountedLoss(
                        migration: migration, loss: loss, amount: .unknown(reason.text), what: ""))
            case .success(let relations):
                targets += relations.map { Target(migration: migration, loss: loss, relation: $0) }
                if relations.isEmpty {
                    counted.append(
                        CountedLoss(
                            migration: migration, loss: loss, amount: .exactly(0),
                            what: "lost: it is not there", isAbsent: true))
                }
            }
        }
        counted += try count(targets)
        // As somebody reads the scripts who looks for it.
        let order = Dictionary(
            plan.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        return counted.enumerated().sorted { one, other in
            let places = [one, other].map {
                (order[$0.element.migration] ?? 0, $0.element.loss.statement, $0.offset)
            }
            return places[0] < places[1]
        }.map(\.element)
    }

    /// Why something cannot be counted.
    private struct Reason: Error {
        var text: String
    }

    /// A table, or a column of one, whose contents are at stake.
    private struct Relation {
        /// Quoted, with its schema.
        var table: String
        /// Quoted.
        var column: String?
        var type: String?
        /// Rows by the server's statistics.
        var estimate: Int
        /// What stands in the way of counting, such as `a rule`.
        var obstacle: String?
        /// The tables whose rows follow by ON DELETE CASCADE, where they are not counted.
        var following: String?
    }

    private struct Target {
        var migration: String
        var loss: PotentialLoss
        var relation: Relation
    }

    // MARK: Looking up

    /// One message: what is there of each loss.
    private func find(_ losses: [PotentialLoss]) throws -> [Result<[Relation], Reason>] {
        let queries = losses.map { LossQuery.relations(of: $0.subject) }
        let results: [ResultSet]
        do {
            // The catalogs are quick, however little time the counts have.
            results = try run(queries.compactMap { $0 }, within: max(timeout, .seconds(15)))
        } catch let error as PostgresError where !error.connectionLost {
            return losses.map { _ in .failure(Reason(text: "it cannot be found: \(error.message)"))
            }
        }
        var rest = results[...]
        return zip(losses, queries).map { loss, query in
            guard query != nil, let result = rest.popFirst() else {
                if case .unknown(let reason) = loss.subject {
                    return .failure(Reason(text: "it cannot be counted: \(reason)"))
                }
                return .success([])
            }
            return .success(result.rows.map(Self.relation))
        }
    }

    private static func relation(_ row: [String?]) -> Relation {
        Relation(
            table: row[0] ?? "", column: row[1], type: row[2],
            estimate: row[3].flatMap { Int($0) } ?? 0, obstacle: row[4],
            following: row.count > 5 ? row[5] : nil)
    }

    // MARK: Counting

    private func count(_ targets: [Target]) throws -> [CountedLoss] {
        let amounts = Amounts()
        while amounts.list.count < targets.count {
            let before = amounts.list.count
            do {
                try run(targets[before...].map(Self.counting)) { result in
                    let target = targets[amounts.list.count]
                    amounts.list.append(
                        Self.amount(result.scalar.flatMap { Int($0) } ?? 0, of: target))
                }
                if amounts.list.count == before { break }
            } catch let error as PostgresError where !error.connectionLost {
                // The first one that could not be counted; the others go on behind it.
                guard amounts.list.count < targets.count else { break }
                amounts.list.append(try explain(targets[amounts.list.count], error))
            }
        }
        return zip(targets, amounts.list).map { target, amount in
            CountedLoss(
                migration: target.migration, loss: target.loss, amount: amount,
                unit: target.relation.column == nil ? "row" : "value", what: Self.words(target))
        }
    }

    private static func amount(_ count: Int, of target: Target) -> CountedLoss.Amount {
        if let obstacle = target.relation.obstacle, target.loss.changesRows {
            return .unknown(
                "it cannot be counted: \(obstacle) decides what becomes of \(target.relation.table)"
            )
        }
        switch target.loss.subject {
        case .someRows, .someValues: return count == 0 ? .exactly(0) : .upTo(count)
        default: return .exactly(count)
        }
    }

    /// What is known so far, also when a later count fails.
    private final class Amounts {
        var list: [CountedLoss.Amount] = []
    }

    /// Whether there is anything at all is known sooner than how much.
    private func explain(_ target: Target, _ error: PostgresError) throws -> CountedLoss.Amount {
        let relation = target.relation
        do {
            if error.state != .queryCanceled, target.loss.hasBound {
                let all = "SELECT count(\(relation.column ?? "*")) FROM \(relation.table)"
                let count = try run([all]).first?.scalar.flatMap { Int($0) } ?? 0
                if case .conversion = target.loss.subject { return .exactly(count) }
                return count == 0 ? .exactly(0) : .upTo(count)
            }
            guard error.state == .queryCanceled else {
                return .unknown("it cannot be counted in \(relation.table): \(error.message)")
            }
            let condition = relation.column.map { " WHERE \($0) IS NOT NULL" } ?? ""
            let exists = try run(["SELECT EXISTS (SELECT FROM \(relation.table)\(condition))"])
            return exists.first?.scalar == "f" ? .exactly(0) : .some(estimate: relation.estimate)
        } catch let error as PostgresError where !error.connectionLost {
            return .unknown("it cannot be counted in \(relation.table): \(error.message)")
        }
    }

    private static func counting(_ target: Target) -> String {
        let relation = target.relation
        switch target.loss.subject {
        case .pickedRows(_, let query), .pickedValues(_, _, let query): return query
        case .conversion(_, _, let new, let conversion):
            guard let column = relation.column, let old = relation.type else { break }
            // Not every type can be compared; those are compared as text.
            let isPlain = !["json", "xml", "point", "box", "polygon", "path", "line"].contains(old)
            let text = isPlain ? "" : "::text"
            guard case .expression(let written) = conversion else {
                return """
                    SELECT count(*) FROM \(relation.table)
                    WHERE (\(column)::\(new)::\(old))\(text) IS DISTINCT FROM \(column)\(text)
                    """
            }
            guard let written else { break }
            return """
                SELECT count(*) FROM \(relation.table) WHERE \(column) IS NOT NULL
                AND ((\(written))::\(new)::\(old))\(text) IS DISTINCT FROM \(column)\(text)
                """
        default: break
        }
        return "SELECT count(\(relation.column ?? "*")) FROM \(relation.table)"
    }

    private static func words(_ target: Target) -> String {
        let relation = target.relation
        let table = relation.table.replacing("\"", with: "")
        guard let column = relation.column?.replacing("\"", with: "") else {
            let following = relation.following?.replacing("\"", with: "")
            return "of \(table)"
                + (following.map { " and the rows of \($0) that refer to them" } ?? "")
        }
        switch target.loss.subject {
        case .conversion(_, _, let new, let conversion):
            return conversion.hasUsing
                ? "of \(table).\(column) that would be converted to \(new)"
                : "of \(table).\(column) that \(new) does not hold"
        default: return "of \(table).\(column)"
        }
    }

    // MARK: Asking

    /// Runs queries in one message and one transaction that can change nothing.
    @discardableResult
    private func run(
        _ queries: [String], within limit: Duration? = nil,
        onResult: @escaping (ResultSet) -> Void = { _ in }
    ) throws -> [ResultSet] {
        guard !queries.isEmpty else { return [] }
        // Row security would hide rows; switched off, the server says that it would.
        let limit = (limit ?? timeout).milliseconds
        let setup = [
            "BEGIN READ ONLY", "SET LOCAL statement_timeout = \(limit)",
            "SET LOCAL lock_timeout = \(limit)", "SET LOCAL row_security = off",
        ]
        do {
            let results = try session.execute(
                (setup + queries + ["COMMIT"]).joined(separator: ";\n"),
                onResult: { index, result in
                    if index >= setup.count, index < setup.count + queries.count {
                        onResult(result)
                    }
                })
            return Array(results.dropFirst(setup.count).dropLast())
        } catch {
            if session.isUsable { _ = try? session.execute("ROLLBACK") }
            throw error
        }
    }
}

extension PotentialLoss {
    fileprivate var isCall: Bool {
        if case .call = subject { return true }
        return false
    }

    /// Whether it depends on what the server makes of DELETE or UPDATE.
    fileprivate var changesRows: Bool {
        switch subject {
        case .deletedRows, .pickedRows, .someRows, .pickedValues, .someValues: true
        default: false
        }
    }

    /// Whether all rows or values are the most that can be lost where a query does not run.
    fileprivate var hasBound: Bool {
        switch subject {
        case .pickedRows, .pickedValues: true
        case .conversion(_, _, _, let conversion): conversion.hasUsing
        default: false
        }
    }
}
