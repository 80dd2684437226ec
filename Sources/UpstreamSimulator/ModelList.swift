import JSON
import Models

/// The available models: all generating models in Chat Completions or the Responses API, and those for embeddings and
/// moderation, unless they are shut down.
struct ModelList: Sendable {
    /// The simulated date; nil means that no model is shut down.
    let day: Day?

    private static let all = Catalogue.standard.names.map { Catalogue.standard.model(named: $0) }.filter { model in
        model.chat != .no || model.isServedByResponses || model.sampling == nil
    }

    private func isShutDown(_ model: Model) -> Bool {
        guard let day, let shutdown = model.shutdown else { return false }
        return shutdown <= day
    }

    /// The error for a request that names a model which is shut down.
    func refusal(of body: Value) -> APIError? {
        guard day != nil, let name = body["model"]?.string, isShutDown(Catalogue.standard.model(named: name)) else {
            return nil
        }
        return APIError(
            status: 404,
            message: """
                The model `\(name)` has been deprecated, learn more here: \
                https://platform.openai.com/docs/deprecations
                """,
            code: "model_not_found")
    }

    /// `GET /models`.
    var json: [UInt8] {
        var writer = Writer()
        writer.object {
            $0.member("object", "list")
            $0.name("data")
            $0.array { writer in
                for model in Self.all where !isShutDown(model) { write(model, to: &writer) }
            }
        }
        return writer.bytes
    }

    /// `GET /models/{id}`.
    func json(of id: String) throws(APIError) -> [UInt8] {
        guard let model = Self.all.first(where: { $0.name == id }), !isShutDown(model) else {
            throw APIError(
                status: 404, message: "The model '\(id)' does not exist or you do not have access to it.",
                param: "model", code: "model_not_found")
        }
        var writer = Writer()
        write(model, to: &writer)
        return writer.bytes
    }

    private func write(_ model: Model, to writer: inout Writer) {
        writer.object {
            $0.member("id", model.name)
            $0.member("object", "model")
            $0.member("created", 1_754_425_777)
            $0.member("owned_by", "system")
            if let shutdown = model.shutdown { $0.member("shutdown_date", "\(shutdown)") }
        }
    }
}
