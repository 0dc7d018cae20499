import PostgresLink
import Testing

@Suite("An SQLSTATE")
struct SQLStateTests {
    @Test(
        "that ends a connection is told from others",
        arguments: [
            ("08006", true), ("57P01", true), ("57P03", true), ("53300", true), ("57014", false),
            ("42601", false), ("55P03", false),
        ])
    func endings(_ code: String, _ ends: Bool) {
        #expect(SQLState(rawValue: code).endsConnection == ends)
    }
}
