// swift-tools-version: 6.2
import PackageDescription

// A separate package, so that building the program does not build the benchmarks.
let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "gpt-proxy", path: "../..")],
    targets: [
        .target(name: "AllocationCounter"),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "AllocationCounter",
                .product(name: "JSON", package: "gpt-proxy"),
                .product(name: "EventStream", package: "gpt-proxy"),
                .product(name: "Translation", package: "gpt-proxy"),
            ]),
    ]
)
