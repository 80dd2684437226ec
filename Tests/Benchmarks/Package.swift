// swift-tools-version: 6.2
import PackageDescription

// A separate package, so that building the program does not build the benchmarks, nor the packages that it is compared with.
let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "gpt-proxy", path: "../.."),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(name: "AllocationCounter"),
        .target(name: "Measurement", dependencies: ["AllocationCounter"]),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "Measurement",
                .product(name: "JSON", package: "gpt-proxy"),
                .product(name: "EventStream", package: "gpt-proxy"),
                .product(name: "Translation", package: "gpt-proxy"),
            ]),
        .executableTarget(
            name: "comparisons",
            dependencies: [
                "Measurement",
                .product(name: "CGI", package: "gpt-proxy"),
                .product(name: "EventLoops", package: "gpt-proxy"),
                .product(name: "JSON", package: "gpt-proxy"),
                .product(name: "Upstream", package: "gpt-proxy"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
    ]
)
