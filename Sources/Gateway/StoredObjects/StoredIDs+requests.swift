internal import CGI
internal import JSON

/// Requests that name stored objects.
extension StoredIDs {
    /// A body with upstream's ids.
    ///
    /// - Parameter isTranslated: whether upstream gets only those fields that both APIs have.
    /// - Throws: an error that names the field if an object is not the caller's.
    func unbound(_ document: Document, isTranslated: Bool = false) throws(HTTPError) -> Document {
        var named = Self.idsInFieldsOfBothAPIs(document.root)
        if !isTranslated { named += Self.idsInFieldsOfResponses(document.root) }
        var bytes = document.bytes
        // From the end, so that the offsets of the others stay valid.
        for (value, param, isReference) in named.sorted(by: { $0.id.offset > $1.id.offset }) {
            guard let id = value.string else { continue }
            guard let original = original(id) else {
                // The id of an item that is given with its content is only a name.
                guard !isReference else { throw .notStored(id, param: param) }
                continue
            }
            var text = Writer(reservingCapacity: 128)
            text.string(original)
            bytes.replaceSubrange(value.text.indices, with: text.bytes)
        }
        guard bytes.count != document.bytes.count else { return document }
        do throws(ParseError) {
            return try Document(parsing: bytes, maximumCount: maximumJSONCount)
        } catch {
            throw HTTPError(error)
        }
    }

    private typealias NamedID = (id: Value, param: String, isReference: Bool)

    private static func idsInFieldsOfBothAPIs(_ root: Value) -> [NamedID] {
        guard let id = root.given("prompt_cache_options")?.given("comparison_response_id") else { return [] }
        return [(id, "prompt_cache_options.comparison_response_id", true)]
    }

    private static func idsInFieldsOfResponses(_ root: Value) -> [NamedID] {
        var named: [NamedID] = []
        if let id = root.given("previous_response_id") { named.append((id, "previous_response_id", true)) }
        if let conversation = root.given("conversation") {
            let id = conversation.kind == .object ? conversation.given("id") : conversation
            if let id { named.append((id, "conversation", true)) }
        }
        for list in ["input", "items"] {
            for (index, item) in (root.list(list)?.elements ?? .empty).enumerated() {
                let param = "\(list)[\(index)]"
                if let id = item.given("id") { named.append((id, "\(param).id", !Self.isWhole(item))) }
                if let id = item.given("approval_request_id") {
                    named.append((id, "\(param).approval_request_id", true))
                }
            }
        }
        return named
    }

    /// Whether an item is given with its content. Otherwise upstream looks it up by its id.
    private static func isWhole(_ item: Value) -> Bool {
        guard let type = item.given("type")?.string, type != "message" else { return item.given("content") != nil }
        let contents: [StaticString] =
            switch type {
            case "item_reference": []
            case "reasoning", "compaction": ["encrypted_content"]
            case "image_generation_call": ["result"]
            default: ["arguments", "input", "output", "action", "operation", "code", "queries", "results", "tools"]
            }
        return contents.contains { item.given($0).map { !$0.isEmptyContainer && !$0.isString("") } ?? false }
    }

    /// A path below `/v1` with upstream's ids, such as `/responses/ID/input_items`.
    ///
    /// - Throws: an error if an object is not the caller's.
    func unbound(path: String) throws(HTTPError) -> String {
        var segments = path.split(separator: "/").map(String.init)
        // A collection, then an id, then a collection, then an id.
        for index in stride(from: 1, to: segments.count, by: 2) {
            guard let original = original(segments[index]) else { throw .notStored(segments[index], param: nil) }
            segments[index] = original
        }
        return "/" + segments.joined(separator: "/")
    }

    /// A query with upstream's ids, which pages of a list begin after.
    func unbound(query: String) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false).map { parameter in
            let sides = parameter.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let id = original(PercentEncoding.decode(String(sides[1]))) else {
                return String(parameter)
            }
            return "\(sides[0])=\(PercentEncoding.segment(id))"
        }.joined(separator: "&")
    }

    /// Whether objects below a path are stored by upstream and belong to a caller.
    static func covers(path: String) -> Bool {
        path.split(separator: "/").first.map { $0 == "responses" || $0 == "conversations" } ?? false
    }
}

extension Value {
    fileprivate func list(_ name: String) -> Value? {
        guard let value = members.first(where: { $0.name == name })?.value, value.kind == .array else { return nil }
        return value
    }
}

extension HTTPError {
    /// The object is not stored, or belongs to another caller: both look the same.
    fileprivate static func notStored(_ id: String, param: String?) -> HTTPError {
        HTTPError(
            status: 404, reason: "not_stored",
            message:
                "'\(id.printable())' is not the id of a response, conversation or item of this caller. Use the id as the "
                + "proxy returned it to the same caller, or send the content itself.",
            param: param, code: "not_found")
    }
}
