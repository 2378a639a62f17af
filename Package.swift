// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let ledgerTests: [Target.Dependency] = [
    "LMDB", "Ledger", "LedgerDomain", "LedgerLog", "LedgerProjections", "LedgerSchema", "LedgerTestSupport", "MerkleTree",
    "RandomTestSupport",
]

let package = Package(
    name: "keyledger",
    products: [
        .library(name: "Ledger", targets: ["Ledger"]),
        .library(name: "LedgerHTTP", targets: ["LedgerHTTP"]),
        .executable(name: "keyledger", targets: ["keyledger"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")]),
        .target(name: "MerkleTree", dependencies: [crypto], swiftSettings: settings),
        .target(name: "JSONText", swiftSettings: settings),
        .target(name: "LedgerSchema", dependencies: ["MerkleTree", crypto, protobuf], swiftSettings: settings),
        .target(name: "LedgerDomain", dependencies: ["LedgerSchema", "MerkleTree"], swiftSettings: settings),
        .target(name: "LedgerLog", dependencies: ["LMDB", "LedgerSchema", "MerkleTree"], swiftSettings: settings),
        .target(
            name: "LedgerProjections", dependencies: ["LMDB", "LedgerDomain", "LedgerLog", "LedgerSchema", "MerkleTree", protobuf],
            swiftSettings: settings),
        .target(
            name: "Ledger",
            dependencies: ["CClock", "LMDB", "LedgerDomain", "LedgerLog", "LedgerProjections", "LedgerSchema", "MerkleTree"],
            swiftSettings: settings),
        .target(
            name: "LedgerHTTP",
            dependencies: [
                "JSONText", "Ledger", "LedgerTelemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "keyledger",
            dependencies: [
                "JSONText", "LMDB", "Ledger", "LedgerHTTP", "LedgerTelemetry", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .target(name: "CClock"),
        .target(
            name: "CommandTestSupport", dependencies: ["JSONText"], path: "Tests/CommandTestSupport", swiftSettings: settings),
        .testTarget(
            name: "KeyledgerCommandTests",
            dependencies: ["CommandTestSupport", "JSONText", "LMDB", "LedgerProjections", "LedgerTestSupport", "RandomTestSupport"],
            swiftSettings: settings),
        .target(name: "RandomTestSupport", path: "Tests/RandomTestSupport", swiftSettings: settings),
        .target(
            name: "LedgerTestSupport", dependencies: ["LMDB", "Ledger"], path: "Tests/LedgerTestSupport", swiftSettings: settings),
        .testTarget(name: "LedgerLogTests", dependencies: ledgerTests, swiftSettings: settings),
        .testTarget(name: "LedgerProjectionsTests", dependencies: ledgerTests, swiftSettings: settings),
        .testTarget(
            name: "LedgerTests", dependencies: ledgerTests + [protobuf], exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "StoryTests",
            dependencies: ["CommandTestSupport", "JSONText", "LMDB", "LedgerProjections", "LedgerTestSupport"], swiftSettings: settings),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB", "RandomTestSupport"], swiftSettings: settings),
        .testTarget(name: "MerkleTreeTests", dependencies: ["MerkleTree", crypto], swiftSettings: settings),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText", "RandomTestSupport"], swiftSettings: settings),
        .testTarget(
            name: "LedgerSchemaTests", dependencies: ["JSONText", "LedgerSchema", "MerkleTree", "RandomTestSupport", protobuf],
            swiftSettings: settings),
        .testTarget(
            name: "LedgerDomainTests", dependencies: ["LedgerDomain", "LedgerSchema", "MerkleTree", "RandomTestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "LedgerTelemetryTests", dependencies: ["LedgerTelemetry", "RandomTestSupport", logging], swiftSettings: settings),
        .testTarget(
            name: "LedgerHTTPTests",
            dependencies: [
                "JSONText", "Ledger", "LedgerHTTP", "LedgerTelemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], exclude: ["LiteLLM/Fixtures"], swiftSettings: settings),
        .target(name: "LedgerTelemetry", dependencies: [logging], swiftSettings: settings),
    ]
)
