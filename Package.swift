// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

extension Target.Dependency {
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioEmbedded: Self = .product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioSSL: Self = .product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioTLS: Self = .product(name: "NIOTLS", package: "swift-nio")
    static let nioExtras: Self = .product(name: "NIOExtras", package: "swift-nio-extras")
    static let nioHTTPCompression: Self = .product(name: "NIOHTTPCompression", package: "swift-nio-extras")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras: Self = .product(name: "CryptoExtras", package: "swift-crypto")
    static let configuration: Self = .product(name: "Configuration", package: "swift-configuration")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
}

let package = Package(
    name: "gpt-proxy",
    products: [
        .executable(name: "gpt-proxy", targets: ["gpt-proxy"]),
        .executable(name: "upstream-simulator", targets: ["upstream-simulator"]),
        // What Tests/Benchmarks and Tests/Fuzzing look at by itself.
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "EventStream", targets: ["EventStream"]),
        .library(name: "Translation", targets: ["Translation"]),
        .library(name: "CGI", targets: ["CGI"]),
        .library(name: "EventLoops", targets: ["EventLoops"]),
        .library(name: "FastCGI", targets: ["FastCGI"]),
        .library(name: "Upstream", targets: ["Upstream"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // What the program is made of, in the order of who may import whom: a target sees only what stands above it.
        .systemLibrary(name: "CFastCGI", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CExtendedAttributes"),
        .systemLibrary(name: "CProcess"),
        .target(name: "JSON"),
        .target(name: "EventStream"),
        .target(name: "Presentation"),
        .target(name: "Threads", dependencies: ["CProcess"]),
        .target(name: "EventLoops", dependencies: [.nioCore]),
        .target(name: "SystemLimits", dependencies: ["CMalloc"]),
        .target(name: "Files", dependencies: ["CExtendedAttributes", "Threads"]),
        .target(name: "Models", resources: [.embedInCode("models.csv")]),
        .target(name: "Translation", dependencies: ["JSON", "EventStream", "Models"]),
        .target(name: "CGI", dependencies: ["Threads"]),
        .target(name: "FastCGI", dependencies: ["CGI", "CFastCGI", "EventLoops", "Threads", .nioCore]),
        .target(
            name: "Upstream",
            dependencies: [
                "Threads",
                .nioCore, .nioPosix, .nioHTTP1, .nioTLS, .nioSSL, .nioExtras, .nioHTTPCompression,
            ]),
        .target(name: "Scoreboard", dependencies: ["Threads"]),
        .target(name: "Settings", dependencies: ["Files", .configuration]),
        .target(name: "Logs", dependencies: ["JSON", "Models", "Presentation", "Threads", .logging]),
        .target(
            name: "Access",
            dependencies: [
                "CGI", "EventLoops", "Files", "JSON", "Models", "Scoreboard", "Settings", "Threads", "Translation",
                "Upstream", .nioCore, .crypto, .cryptoExtras, .logging,
            ]),
        .target(
            name: "Monitoring",
            dependencies: [
                "CGI", "JSON", "Logs", "Models", "Presentation", "Scoreboard", "Settings", "Threads", "Translation",
                .crypto,
            ],
            resources: [.embedInCode("page.html")]),
        .target(
            name: "Gateway",
            dependencies: [
                "Access", "CGI", "EventLoops", "EventStream", "Files", "JSON", "Logs", "Models", "Monitoring",
                "Presentation", "Scoreboard", "Settings", "Threads", "Translation", "Upstream", .nioCore, .crypto,
                .logging,
            ]),
        .target(
            name: "Diagnosis",
            dependencies: [
                "Access", "EventStream", "Files", "Gateway", "JSON", "Logs", "Models", "Monitoring", "Scoreboard",
                "Settings", "Threads", "Translation", "Upstream", .nioCore,
            ]),
        .target(name: "Report", dependencies: ["JSON", "Models", "Presentation"]),
        .target(
            name: "UpstreamSimulator",
            dependencies: ["JSON", "EventStream", "Models", .nioCore, .nioPosix, .nioHTTP1]),
        .executableTarget(
            name: "gpt-proxy",
            dependencies: [
                "Access", "CGI", "CProcess", "Diagnosis", "EventLoops", "FastCGI", "Files", "Gateway", "JSON", "Logs",
                "Models", "Monitoring", "Presentation", "Report", "Scoreboard", "Settings", "SystemLimits", "Threads",
                "Translation", "Upstream", .nioCore, .nioPosix, .logging, .argumentParser,
            ]),
        .executableTarget(
            name: "upstream-simulator", dependencies: ["UpstreamSimulator", "Models", .argumentParser]),

        .target(
            name: "TestSupport", dependencies: ["EventLoops", "Upstream", .nioCore, .nioEmbedded],
            path: "Tests/TestSupport"),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),
        .testTarget(name: "EventStreamTests", dependencies: ["EventStream"]),
        .testTarget(name: "ModelsTests", dependencies: ["Models"]),
        .testTarget(
            name: "TranslationTests", dependencies: ["Translation", "JSON", "EventStream", "Models", "TestSupport"]),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
        .testTarget(name: "SystemLimitsTests", dependencies: ["SystemLimits"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "CExtendedAttributes", "Threads"]),
        .testTarget(name: "CGITests", dependencies: ["CGI"]),
        .testTarget(name: "FastCGITests", dependencies: ["FastCGI", "CGI", .nioCore, .nioPosix]),
        .testTarget(
            name: "UpstreamTests",
            dependencies: [
                "Upstream", "EventLoops", "TestSupport", "Threads", .nioCore, .nioEmbedded, .nioPosix, .nioHTTP1,
                .nioSSL,
            ]),
        .testTarget(name: "PresentationTests", dependencies: ["Presentation"]),
        .testTarget(name: "ScoreboardTests", dependencies: ["Scoreboard", "Threads"]),
        .testTarget(name: "LogsTests", dependencies: ["Logs"]),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "CGI", "Files", "JSON", "Settings", "Translation", .crypto, .logging]),
        .testTarget(
            name: "MonitoringTests", dependencies: ["Monitoring", "Models", "Scoreboard", "Settings", "Translation"]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Access", "CGI", "EventLoops", "EventStream", "Files", "JSON", "Models", "Scoreboard",
                "Settings", "Translation", "Upstream", "UpstreamSimulator", "TestSupport", .nioCore, .nioEmbedded,
                .nioPosix,
                .crypto,
            ]),
        .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis", "Models"]),
        .testTarget(name: "ReportTests", dependencies: ["Report", "JSON", "Models"]),
        .testTarget(
            name: "UpstreamSimulatorTests",
            dependencies: ["UpstreamSimulator", "JSON", "Models", .nioCore, .nioPosix, .nioHTTP1]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}
