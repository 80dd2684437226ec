import Files
import Gateway
import Settings
import Testing
import Translation
import Upstream

struct ConfigurationTests {
    private let needed = ["OPENAI_API_KEY": "sk-upstream", "PROXY_API_KEY": "a-secret-key-of-16"]

    private func configuration(_ values: [String: String]) async throws -> Configuration {
        let environment = needed.merging(values) { $1 }
        return try Configuration(try await ConfigurationSource(environment: environment))
    }

    private func faults(_ values: [String: String]) async throws -> String {
        let error = await #expect(throws: ConfigurationError.self) { try await configuration(values) }
        return try #require(error).description
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", "sk-upstream", "Authorization", "Bearer sk-upstream"),
        ("https://my.openai.azure.com/openai/v1", "0a1b2c", "api-key", "0a1b2c"),
        ("https://my.services.AI.Azure.com/openai/v1", "0a1b2c", "api-key", "0a1b2c"),
        ("https://gateway.azure-api.net/openai/v1", "0a1b2c", "api-key", "0a1b2c"),
        // A token of Entra ID.
        ("https://my.openai.azure.com/openai/v1", "eyJh.eyJi.c2ln", "Authorization", "Bearer eyJh.eyJi.c2ln"),
        ("https://azure.com.example.com/v1", "0a1b2c", "Authorization", "Bearer 0a1b2c"),
    ])
    func `a key of Azure is sent in Azure's header`(base: String, key: String, name: String, value: String) async throws
    {
        let configuration = try await configuration(["OPENAI_BASE": base, "OPENAI_API_KEY": key])
        let request = configuration.bases[0].modelsRequest(FileWatch(configuration, scoreboard: nil))
        let credentials = request.headers.filter { ["authorization", "api-key"].contains($0.name.lowercased()) }
        #expect(credentials.map(\.name) == [name])
        #expect(credentials.map(\.value) == [value])
    }

    @Test func `the two keys suffice`() async throws {
        let configuration = try await configuration([:])
        #expect(configuration.bases[0].url.origin.description == "https://api.openai.com")
        #expect(configuration.bases[0].url.path == "/v1")
        #expect(configuration.maxBody == 64 << 20)
        #expect(configuration.client.idleTimeout == .seconds(300))
        #expect(configuration.translation.target == .responses)
    }

    @Test(arguments: [
        ("TARGET_API", "chatty", "responses, completions or chat"),
        ("INPUT_FORMAT", "xml", "transcript or items"),
        ("UNSUPPORTED_PARAMS", "ignore", "drop, reject or forward"),
        ("MAX_BODY", "lots", "a size"), ("MAX_BODY", "0", "a size"), ("MAX_BODY", "2g", "a size"),
        ("UPSTREAM_TIMEOUT", "soon", "a duration"), ("HEARTBEAT", "0s", "a duration"),
        ("IDLE_TIMEOUT", "-5s", "a duration"), ("LOG_LEVEL", "loud", "trace, debug"),
        ("LOG_FORMAT", "xml", "json or text"),
        ("MAX_STREAMS", "many", "a whole number"), ("MAX_STREAMS", "-1", "a whole number"),
        ("MODEL_MAP", "gpt-4o", "asked=sent"), ("OPENAI_BASE", "ftp://x", "an address"),
        ("UPSTREAM_PROXY", "https://x:1", "http://host:port"),
    ])
    func `an invalid value is reported with its key and the allowed values`(key: String, value: String, allowed: String)
        async throws
    {
        let message = try await faults([key: value])
        #expect(message.hasPrefix("\(key): "))
        #expect(message.contains(allowed))
    }

    @Test func `all errors are reported together`() async throws {
        let message = try await faults(["OPENAI_API_KEY": "", "TARGET_API": "x", "MAX_BODY": "y"])
        #expect(message.split(separator: "\n").count == 3)
    }

    @Test func `the publicly known default key is rejected`() async throws {
        #expect(try await faults(["PROXY_API_KEY": "changeme"]).contains("PROXY_API_KEY"))
    }

    @Test(arguments: [
        ("750ms", Duration.milliseconds(750)), ("90", .seconds(90)), ("90s", .seconds(90)), ("5m", .seconds(300)),
        ("1h", .seconds(3600)),
    ])
    func `durations have units`(text: String, duration: Duration) async throws {
        #expect(try await configuration(["IDLE_TIMEOUT": text]).client.idleTimeout == duration)
    }

    @Test(arguments: [("1000", 1000), ("512k", 512 << 10), ("20M", 20 << 20), ("1g", 1 << 30)])
    func `sizes have units`(text: String, size: Int) async throws {
        #expect(try await configuration(["MAX_BODY": text]).maxBody == size)
    }

    @Test func `the settings shown contain no secret`() async throws {
        let shown = try await ConfigurationSource(environment: needed).settings()
        #expect(shown.count == ConfigurationKey.allCases.count)
        for secret in needed.values { #expect(!shown.joined().contains(secret)) }
        #expect(shown.contains("TARGET_API=responses"))
    }
}
