import SQLAnalysis
import Synchronization

/// A migration that may have to be replayed.
///
/// Its script is parsed when something asks for it: most of a long history is in the
/// sandbox already.
struct ReplayMigration: Sendable {
    let migration: Migration
    let text: String
    private let reading: Reading

    var name: String { migration.name }
    var script: Script { reading.script(of: text) }

    init(_ migration: Migration, text: String) {
        self.migration = migration
        self.text = text
        reading = Reading()
    }

    /// Ready to run.
    ///
    /// - Throws: ``ReleaseError`` for a script that cannot be sent.
    func planned() throws -> PlannedMigration {
        let script = script
        if let detail = ScriptLoader.obstacle(in: script, text) {
            throw ReleaseError(.needsAttention, "\(name): \(detail)")
        }
        return PlannedMigration(migration: migration, script: script)
    }

    /// Parses once, for all copies of the migration.
    private final class Reading: Sendable {
        private let parsed = Mutex<Script?>(nil)

        func script(of text: String) -> Script {
            parsed.withLock { known in
                if let known { return known }
                let script = ScriptLoader.parse(text)
                known = script
                return script
            }
        }
    }
}

extension RandomAccessCollection<ReplayMigration> {
    /// Ready to run; many are parsed side by side.
    ///
    /// - Throws: ``ReleaseError`` for a script that cannot be sent.
    func planned() throws -> [PlannedMigration] {
        guard count >= 16 else { return try map { try $0.planned() } }
        return try Array(self).concurrentMap(width: 4) { migration in
            Result { try migration.planned() }
        }.map { try $0.get() }
    }
}
