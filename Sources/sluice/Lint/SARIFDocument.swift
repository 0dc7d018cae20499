import ArgumentParser
import ReleaseCore
import SQLAnalysis

/// Findings as SARIF 2.1.0, the interchange format of static analysers (OASIS).
struct SARIFDocument: Encodable {
    struct Text: Encodable {
        var text: String
    }

    struct Rule: Encodable {
        var id: String
        var shortDescription: Text
        var properties: [String: String]
    }

    struct Driver: Encodable {
        var name = "sluice"
        var version: String
        var rules: [Rule]
    }

    struct Tool: Encodable {
        var driver: Driver
    }

    struct Region: Encodable {
        var startLine: Int
        var startColumn: Int
        var endColumn: Int
    }

    struct Artifact: Encodable {
        var uri: String
    }

    struct PhysicalLocation: Encodable {
        var artifactLocation: Artifact
        var region: Region
    }

    struct Location: Encodable {
        var physicalLocation: PhysicalLocation
    }

    struct Result: Encodable {
        var ruleId: String
        var level: String
        var message: Text
        var locations: [Location]
    }

    struct Run: Encodable {
        var tool: Tool
        /// SARIF counts UTF-16 units unless a run says otherwise.
        var columnKind = "unicodeCodePoints"
        var results: [Result]
    }

    var schema = "https://json.schemastore.org/sarif-2.1.0.json"
    var version = "2.1.0"
    var runs: [Run]

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    init(_ report: LintReport) {
        var hazards: [String: Hazard] = [:]
        var results: [Result] = []
        for entry in report.entries {
            for finding in entry.findings {
                hazards[finding.rule] = finding.hazard
                results.append(Self.result(finding, entry))
            }
        }
        let rules = hazards.sorted { $0.key < $1.key }.map { rule, hazard in
            Rule(
                id: rule,
                shortDescription: Text(text: rule.split(separator: "-").joined(separator: " ")),
                properties: ["hazard": hazard.rawValue])
        }
        let driver = Driver(version: Sluice.configuration.version, rules: rules)
        runs = [Run(tool: Tool(driver: driver), results: results)]
    }

    private static func result(_ finding: Finding, _ entry: LintReport.Entry) -> Result {
        let place = entry.script.place(of: finding)
        let region = Region(
            startLine: place.start.line, startColumn: place.start.column,
            endColumn: place.start.column + place.length)
        let safer = finding.safer.map { "\n\nsafer:\n\($0)" } ?? ""
        return Result(
            ruleId: finding.rule, level: finding.severity.rawValue,
            message: Text(text: finding.message + safer),
            locations: [
                Location(
                    physicalLocation: PhysicalLocation(
                        artifactLocation: Artifact(uri: uri(entry.path)), region: region))
            ])
    }

    /// A relative path as a URI reference.
    private static func uri(_ path: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF")
        return path.utf8.reduce(into: "") { uri, byte in
            if plain.contains(byte) {
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                uri += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
