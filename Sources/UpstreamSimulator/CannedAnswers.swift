import JSON

/// Fixed responses of the minor endpoints, so that clients of the whole API can use them.
enum CannedAnswers {
    /// `POST /embeddings`: a vector of eight numbers for each input.
    static func embeddings(for request: Value) throws(APIError) -> [UInt8] {
        guard let input = request.given("input") else { throw .missingParameter("input") }
        let count = input.kind == .array ? Array(input.elements).count : 1
        let tokens = estimatedTokens(in: input)
        var writer = Writer()
        writer.object { writer in
            writer.member("object", "list")
            writer.name("data")
            writer.array { writer in
                for index in 0..<count { writeEmbedding(index, to: &writer) }
            }
            writer.member("model", request["model"]?.string ?? "text-embedding-3-small")
            writer.name("usage")
            writer.object {
                $0.member("prompt_tokens", tokens)
                $0.member("total_tokens", tokens)
            }
        }
        return writer.bytes
    }

    private static func writeEmbedding(_ index: Int, to writer: inout Writer) {
        writer.object {
            $0.member("object", "embedding")
            $0.member("index", index)
            $0.name("embedding")
            $0.array { writer in
                for place in 0..<8 { writer.integer(place == index % 8 ? 1 : 0) }
            }
        }
    }

    /// `POST /moderations`: never flags anything.
    static func moderation(of request: Value) throws(APIError) -> [UInt8] {
        guard request.given("input") != nil else { throw .missingParameter("input") }
        var writer = Writer()
        writer.object {
            $0.member("id", Identifier.make("modr-"))
            $0.member("model", "omni-moderation-latest")
            $0.name("results")
            $0.array {
                $0.object {
                    $0.member("flagged", false)
                    $0.name("categories")
                    $0.object { $0.member("violence", false) }
                    $0.name("category_scores")
                    $0.object { $0.member("violence", 0) }
                }
            }
        }
        return writer.bytes
    }

    /// `POST /responses/input_tokens`.
    static func inputTokens(of request: Value) -> [UInt8] {
        var writer = Writer()
        writer.object {
            $0.member("object", "response.input_tokens")
            $0.member("input_tokens", estimatedTokens(in: request["input"]))
        }
        return writer.bytes
    }

    /// `DELETE /responses/{id}`.
    static func deletion(of id: String) -> [UInt8] {
        var writer = Writer()
        writer.object {
            $0.member("id", id)
            $0.member("object", "response")
            $0.member("deleted", true)
        }
        return writer.bytes
    }
}
