// swift-tools-version: 6.1
import PackageDescription

/// Every target is compiled in the Swift 6 language mode with the upcoming
/// features that will be its defaults, so that nothing has to move later.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// The system libraries, by their Debian package names. libpg_query ships no
/// `.pc` file; its module map links it.
let systemLibraries: [Target] = [
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CPgQuery", providers: [.apt(["libpg-query-dev", "libprotobuf-c-dev"])]),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// Arrows point one way: a target may only name targets that stand above it.
let modules: [Target] = [
    .target(name: "GitStore", dependencies: ["CGit2", crypto]),
    .target(name: "PostgresLink", dependencies: ["CPostgres"]),
    .target(name: "SQLAnalysis", dependencies: ["CPgQuery"]),
    .target(name: "SchemaCatalog", dependencies: ["PostgresLink"]),
    .target(name: "Sandbox", dependencies: ["PostgresLink"]),
    .target(
        name: "ReleaseCore",
        dependencies: [
            "GitStore", "PostgresLink", "SQLAnalysis", "SchemaCatalog", "Sandbox", crypto,
            .product(name: "Yams", package: "Yams"),
        ]),
    .executableTarget(
        name: "sluice",
        dependencies: [
            "ReleaseCore", "GitStore", "PostgresLink", "SQLAnalysis", "Sandbox",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]),
    .target(name: "TestSupport", dependencies: ["GitStore", "PostgresLink", "Sandbox"]),
]

let tests: [Target] = modules.filter { $0.name != "TestSupport" }.map { module in
    .testTarget(
        name: "\(module.name)Tests",
        dependencies: [.target(name: module.name), "TestSupport"]
            // The workflow files of the documentation are read as what they are.
            + (module.name == "sluice" ? [.product(name: "Yams", package: "Yams")] : []))
}

for target in modules + tests {
    target.swiftSettings = settings
}

let package = Package(
    name: "sluice",
    products: [.executable(name: "sluice", targets: ["sluice"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: systemLibraries + modules + tests
)
