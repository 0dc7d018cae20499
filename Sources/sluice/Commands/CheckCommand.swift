import ArgumentParser
import ReleaseCore

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate configuration, repository and connections.")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console).run {
            let items = ConfigurationCheck(try common.workspace()).items()
            if console.format == .json {
                try console.document(["checks": items])
            } else {
                print(items, console)
            }
            return items.allSatisfy(\.isFine) ? .success : .usage
        }
    }

    private func print(_ items: [ConfigurationCheck.Item], _ console: Console) {
        var table = Table()
        for item in items {
            table.add([
                item.isFine ? console.paint("ok ", .good) : console.paint("no ", .bad),
                item.subject, item.detail,
            ])
        }
        console.lines(table.lines())
        for next in items.compactMap(\.next) { console.line("next: \(next)") }
    }
}
