// swift-tools-version: 6.2
import PackageDescription

extension Target.Dependency {
    static func module(_ name: String) -> Self { .product(name: name, package: "gpt-proxy") }
}

// A separate package, because everything in it is instrumented. Tests/Fuzzing/run builds it.
let package = Package(
    name: "fuzzing",
    dependencies: [
        .package(name: "gpt-proxy", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(name: "FuzzJSON", dependencies: [.module("JSON")]),
        .executableTarget(name: "FuzzEventStream", dependencies: [.module("EventStream")]),
        .executableTarget(name: "FuzzRequests", dependencies: [.module("JSON"), .module("Translation")]),
        .executableTarget(
            name: "FuzzStreams", dependencies: [.module("JSON"), .module("EventStream"), .module("Translation")]),
        .executableTarget(name: "FuzzCGI", dependencies: [.module("CGI")]),
        .executableTarget(
            name: "FuzzFastCGI",
            dependencies: [.module("CGI"), .module("FastCGI"), .product(name: "NIOPosix", package: "swift-nio")]),
    ]
)
