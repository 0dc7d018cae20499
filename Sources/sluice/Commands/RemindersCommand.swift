import ArgumentParser
import ReleaseCore

struct RemindersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reminders",
        abstract: "Show what people still have to do after deployments, or tick it off.",
        discussion: """
            What is to be done comes from after_deploy: in sluice.yml and from comments \
            “-- sluice:after Remove the feature flag.” at the top of a migration.
            """)

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(help: ArgumentHelp("Tick off this number; can be given again.", valueName: "number"))
    var done: [Int] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let (name, open) = try ReminderList(try common.workspace()).open(
                environment, done: done)
            if console.format == .json {
                try console.document(Document(environment: name, reminders: open))
            } else if open.isEmpty {
                console.line("nothing is left to do after the deployments to \(name).")
            } else {
                console.lines(ReminderText(console: console).lines(open, name))
            }
            return .success
        }
    }

    struct Document: Encodable {
        var environment: String
        var reminders: [Reminder]
    }
}

/// What is to be done, as people read it.
struct ReminderText {
    let console: Console

    func lines(_ reminders: [Reminder], _ environment: String) -> [String] {
        guard let first = reminders.first else { return [] }
        return reminders.map {
            "\(console.paint("to do", .warning)) \($0.id)  \($0.text)  "
                + console.paint(
                    ($0.migration.map { "\($0), " } ?? "") + "since \($0.since.prefix(16))", .faint)
        } + ["       when it is done: sluice reminders \(environment) --done \(first.id)"]
    }
}
