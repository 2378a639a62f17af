// swift-tools-version: 6.2
import PackageDescription

/// The ledger's modules open what the bench needs to their own package alone. SwiftPM names that package after its folder; the bench is
/// compiled under the same name.
let ledgerPackage = Context.packageDirectory.split(separator: "/").dropLast(2).last.map { folder in
    String(folder.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
}

let package = Package(
    name: "bench",
    dependencies: [
        .package(name: "keyledger", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "bench",
            dependencies: [
                .product(name: "Ledger", package: "keyledger"),
                .product(name: "LedgerHTTP", package: "keyledger"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            packageAccess: false,
            swiftSettings: [
                .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
                .unsafeFlags(["-package-name", ledgerPackage ?? "keyledger"]),
            ])
    ]
)
