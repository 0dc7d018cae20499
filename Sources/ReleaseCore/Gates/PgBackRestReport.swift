import Foundation

/// What `pgbackrest info --output=json` says.
enum PgBackRestReport {
    private struct Stanza: Decodable {
        struct Status: Decodable {
            var code: Int
            var message: String
        }

        struct Backup: Decodable {
            struct Times: Decodable {
                var stop: Double
            }

            struct Info: Decodable {
                var size: Int?
            }

            var label: String
            var timestamp: Times
            var info: Info?
            var error: Bool?
        }

        var name: String
        var status: Status
        var backup: [Backup]
    }

    /// The newest backup of every stanza; the oldest of them counts.
    ///
    /// - Throws: ``BackupProblem``.
    static func latest(_ json: [UInt8]) throws -> BackupGate.Evidence {
        guard let stanzas = try? JSONDecoder().decode([Stanza].self, from: Data(json)) else {
            throw BackupProblem(
                message:
                    "the backup command did not print what pgbackrest info --output=json prints.")
        }
        guard !stanzas.isEmpty else { throw BackupProblem(message: "pgBackRest knows no stanza.") }
        let newest = try stanzas.map(newest)
        guard let oldest = newest.min(by: { $0.madeAt < $1.madeAt }) else {
            throw BackupProblem(message: "pgBackRest has no backup.")
        }
        return oldest
    }

    private static func newest(_ stanza: Stanza) throws -> BackupGate.Evidence {
        guard stanza.status.code == 0 else {
            throw BackupProblem(
                message: "pgBackRest says of stanza \(stanza.name): \(stanza.status.message).")
        }
        guard let backup = stanza.backup.max(by: { $0.timestamp.stop < $1.timestamp.stop }) else {
            throw BackupProblem(message: "pgBackRest has no backup of stanza \(stanza.name).")
        }
        guard backup.error != true else {
            throw BackupProblem(
                message: "pgBackRest found page checksum errors in backup \(backup.label).")
        }
        return BackupGate.Evidence(
            name: "\(backup.label) of stanza \(stanza.name)", madeAt: backup.timestamp.stop,
            size: backup.info?.size, proof: "pgBackRest says that it is fine")
    }
}
