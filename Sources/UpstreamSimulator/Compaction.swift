import JSON

/// A compacted conversation (`POST /responses/compact`): one item that replaces the whole conversation.
struct Compaction {
    private let created: Int
    private let inputTokens: Int

    /// - Parameter created: seconds since 1970.
    init(of request: Value, at created: Int) {
        self.created = created
        inputTokens = estimatedTokens(in: request["input"])
    }

    var json: [UInt8] {
        var writer = Writer()
        writer.object {
            $0.member("id", Identifier.make("resp_"))
            $0.member("object", "response.compaction")
            $0.member("created_at", created)
            $0.name("output")
            $0.array {
                $0.object {
                    $0.member("id", Identifier.make("cmp_"))
                    $0.member("type", "compaction")
                    $0.member("encrypted_content", Identifier.make(CalledTool.seal))
                }
            }
            $0.name("usage")
            $0.responseUsage(input: inputTokens, output: 1)
        }
        return writer.bytes
    }
}
