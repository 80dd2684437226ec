internal import JSON
public import Models

/// The models that upstream lists (`GET /v1/models`).
public struct UpstreamModelList: Sendable {
    /// Their names, in upstream's order.
    public let names: [String]
    /// The first day on which upstream rejects a model, if upstream reports it (`shutdown_date`).
    public let shutdowns: [String: Day]

    /// Nil if the body is not a list, or the list is empty.
    init?(_ body: [UInt8]) {
        guard let root = try? Document(parsing: body, maximumDepth: 512).root,
            let data = root["data"], data.kind == .array
        else { return nil }
        var names: [String] = []
        var shutdowns: [String: Day] = [:]
        for model in data.elements {
            guard let name = model["id"]?.string else { continue }
            names.append(name)
            shutdowns[name] = model["shutdown_date"].flatMap(Self.day)
        }
        guard !names.isEmpty else { return nil }
        self.names = names
        self.shutdowns = shutdowns
    }

    /// Parses a day: as text, alone or at the beginning of a time, or in seconds since 1970, as in the API's other times.
    private static func day(_ value: Value) -> Day? {
        if let text = value.string { return Day(text.prefix(10)) }
        return value.integer.map { Day(secondsSince1970: $0) }
    }
}
