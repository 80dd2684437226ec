internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `GET /v1/models` and `GET /v1/models/{id}`: upstream's models, and beside them the names that the model map knows.
enum ModelsEndpoint {
    /// - Parameter id: the model that is asked for; nil asks for the list.
    static func respond(to exchange: Exchange, id: String?) async throws -> Reply {
        let map = try exchange.settings().modelMap
        let caller = exchange.record.caller
        if let id, let caller, !caller.mayUse(id), !caller.mayUse(map(id)) { throw Failure.modelNotAllowed(id) }
        let path = id.map { "/models/" + PercentEncoding.segment(map($0)) } ?? "/models"
        let response = try await exchange.send { requests, _ in requests.get(path) }
        let headers = response.passedHeaders
        let body = try await exchange.collect(response)
        let upstream = try Document(parsing: body, maximumDepth: upstreamJSONDepth).root
        return .whole(
            .json(200, headers: headers),
            body: id.map { Self.model(upstream, named: $0) } ?? Self.list(upstream, adding: map, for: caller))
    }

    /// A model under the name that the client knows it by.
    private static func model(_ model: Value, named id: String) -> [UInt8] {
        var writer = Writer(reservingCapacity: model.text.count + 64)
        writer.object {
            for member in model.members {
                if member.nameContents == "id" { $0.member("id", id) } else { $0.member(member) }
            }
        }
        return writer.bytes
    }

    /// - Parameter caller: who gets to see the models that it may use.
    private static func list(_ list: Value, adding map: ModelMap, for caller: Caller?) -> [UInt8] {
        func isListed(_ model: String) -> Bool {
            guard let caller else { return true }
            return caller.mayUse(model) || caller.mayUse(map(model))
        }
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
                    for name in map.names where !known.contains(name) && isListed(name) { $0.legacyModel(name) }
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
