internal import Access
internal import CGI
internal import JSON
internal import NIOCore
internal import Models
internal import Translation
internal import Upstream

/// `GET /v1/models` and `GET /v1/models/{id}`: upstream's models, and the names in the model map.
enum ModelsEndpoint {
    /// - Parameter id: the requested model; nil for the list.
    static func respond(to context: RequestContext, id: String?) async throws {
        let translator = try context.translator()
        let mayUse = { (model: String) in
            context.record.caller.map { translator.choice(for: model).names.contains(where: $0.mayUse) } ?? true
        }
        if let id, !mayUse(id) { throw HTTPError.modelNotAllowed(id) }
        let path = id.map { "/models/" + PercentEncoding.segment(translator.choice(for: $0).sent.name) } ?? "/models"
        let response = try await context.send { requests, _ in requests.get(path) }
        let headers = response.passedHeaders(context.redaction)
        let body = try await context.collect(response)
        let upstream = try Document(parsing: body, maximumDepth: upstreamJSONDepth).root
        await context.respond(
            .json(200, headers: headers),
            body: id.map { Self.model(upstream, named: $0) }
                ?? Self.list(upstream, adding: translator.settings.modelMap.names, where: mayUse))
    }

    /// The model with the name that the client used.
    private static func model(_ model: Value, named id: String) -> [UInt8] {
        var writer = Writer(reservingCapacity: model.text.count + 64)
        writer.object {
            for member in model.members {
                if member.nameContents == "id" { $0.member("id", id) } else { $0.member(member) }
            }
        }
        return writer.bytes
    }

    /// - Parameter isListed: whether the caller may see a model.
    private static func list(
        _ list: Value, adding names: [String], where isListed: (String) -> Bool
    ) -> [UInt8] {
        let known = Set((list["data"]?.elements ?? .empty).compactMap { $0["id"]?.string })
        var writer = Writer(reservingCapacity: list.text.count + 512)
        writer.object {
            for member in list.members {
                guard member.nameContents == "data" else {
                    $0.member(member)
                    continue
                }
                $0.name("data")
                $0.array {
                    for model in member.value.elements where isListed(model["id"]?.string ?? "") { $0.value(model) }
                    for name in names where !known.contains(name) && isListed(name) { $0.legacyModel(name) }
                }
            }
        }
        return writer.bytes
    }
}

extension Writer {
    fileprivate mutating func legacyModel(_ name: String) {
        object {
            $0.member("id", name)
            $0.member("object", "model")
            $0.member("created", 0)
            $0.member("owned_by", "gpt-proxy")
        }
    }
}
