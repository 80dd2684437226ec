import Scoreboard
import Settings
import Testing

@testable import Monitoring

struct UnreadableFilesTests {
    /// The bits must not change, because processes of different versions share scoreboards.
    @Test(arguments: [
        ("PROXY_KEYS_FILE", 1), ("PROXY_API_KEY", 2), ("OPENAI_API_KEY", 4), ("JWT_JWKS_FILE", 8), ("JWT_SECRET", 16),
        ("MODELS_FILE", 32), ("UPSTREAM_CA_FILE", 64),
    ])
    func `each setting has a fixed bit`(name: String, bit: UInt64) throws {
        #expect(UnreadableFiles.bits([name]) == bit)
        let setting = try #require(ConfigurationKey(rawValue: name))
        #expect(UnreadableFiles.contains(setting, bit))
        #expect(!UnreadableFiles.contains(setting, ~bit))
    }

    @Test func `every form of the status page names unreadable files`() throws {
        let scoreboard = Scoreboard(directory: nil, streamLimit: 1)
        func overview() -> StatusOverview { StatusOverview(scoreboard.read(within: 10).snapshots, faults: []) }
        #expect(overview().warnings == [])
        #expect(overview().openMetrics.contains("gpt_proxy_unreadable_files{setting=\"PROXY_KEYS_FILE\"} 0\n"))
        scoreboard.note(unreadableFiles: UnreadableFiles.bits(["PROXY_KEYS_FILE"]))
        let warning = "The file of PROXY_KEYS_FILE cannot be read by 1 of 1 processes; the log has the reason"
        #expect(overview().warnings == [warning])
        #expect(String(decoding: overview().json(isFull: false), as: UTF8.self).contains(warning))
        #expect(overview().text(isFull: false).contains("PROXY_KEYS_FILE, by 1 of 1 processes\n"))
        #expect(overview().openMetrics.contains("gpt_proxy_unreadable_files{setting=\"PROXY_KEYS_FILE\"} 1\n"))
        #expect(overview().openMetrics.contains("gpt_proxy_unreadable_files{setting=\"MODELS_FILE\"} 0\n"))
    }
}
