public import NIOCore
public import Upstream

/// Asks upstream the cheapest question there is, to see whether it is there and takes the key.
public enum UpstreamCheck {
    /// Runs on `eventLoop`, where its task must be.
    ///
    /// - Returns: what upstream said, in a few words.
    /// - Throws: when it cannot be reached, or refuses.
    public static func run(
        _ base: Configuration.Base, of configuration: Configuration, _ client: Client, on eventLoop: any EventLoop
    ) async throws -> String {
        let request = UpstreamRequests(base, log: configuration.log).get("/models")
        let response = try await client.send(request, on: eventLoop)
        response.body.cancel()
        guard response.isSuccess else { throw Refusal(status: response.status) }
        return "answers with status \(response.status)"
    }

    private struct Refusal: Error, CustomStringConvertible {
        let status: Int
        var description: String {
            let hint = status == 401 || status == 403 ? "; check its OPENAI_API_KEY" : ""
            return "answers with status \(status)\(hint)"
        }
    }
}
