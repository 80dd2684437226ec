internal import JSON
internal import Models

/// A client's request, with the fields that every translation needs read and validated.
struct ClientRequest {
    let body: Value
    let context: ReplyContext
    /// The model to send.
    let choice: ModelChoice
    /// The API to send it to.
    let target: Target
    /// The notices about the model.
    let notices: Notices

    /// - Parameter availability: which models are retired; nil replaces none.
    init(_ body: Value, settings: TranslationSettings, availability: ModelAvailability?) throws(RequestError) {
        guard body.kind == .object else {
            throw RequestError(message: "The request body must be a JSON object, but it is \(body.kind.described).")
        }
        if let duplicate = body.duplicateMember {
            let name = duplicate.name
            throw RequestError(
                message: "Duplicate field '\(name)': it occurs again at byte \(duplicate.nameValue.offset).",
                param: name, code: "duplicate_parameter")
        }
        self.body = body
        let asked = try body.modelName()
        choice = settings.choice(for: asked, availability)
        target = settings.target.serving(choice.sent)
        notices = Notices(of: choice, settings: settings, availability: availability)
        context = ReplyContext(
            modelAsked: asked, modelMapped: choice.mapped, modelSent: choice.sent.name, replyModel: settings.replyModel,
            streams: try body.boolIfGiven("stream") ?? false,
            includesUsage: body.given("stream_options")?.given("include_usage")?.bool ?? false,
            usesFunctions: body.given("functions") != nil && body.given("tools") == nil,
            isCallForced: (body.given("tool_choice") ?? body.given("function_call")).map(\.namesCall) ?? false,
            unsupportedParameters: settings.unsupportedParameters)
    }
}

extension Value {
    /// Whether a `tool_choice` or `function_call` makes the model call one function or custom tool.
    fileprivate var namesCall: Bool {
        guard kind == .object, let type = self["type"]?.stringContents else { return kind == .object }
        return type == "function" || type == "custom"
    }

    /// A string member, nil when it is absent or `null`.
    func stringIfGiven(_ name: StaticString, in path: String = "") throws(RequestError) -> String? {
        guard let value = given(name) else { return nil }
        guard let string = value.string else {
            throw .invalidType(path + name.description, expected: "a string", got: value.kind.described)
        }
        return string
    }

    /// A boolean member, nil when it is absent or `null`.
    func boolIfGiven(_ name: StaticString) throws(RequestError) -> Bool? {
        guard let value = given(name) else { return nil }
        guard let bool = value.bool else {
            throw .invalidType(name.description, expected: "a boolean", got: value.kind.described)
        }
        return bool
    }

    /// A member of a given kind, nil when it is absent or `null`.
    func given(_ name: StaticString, as kind: Kind, in path: String = "") throws(RequestError) -> Value? {
        guard let value = given(name) else { return nil }
        guard value.kind == kind else {
            throw .invalidType(path + name.description, expected: kind.described, got: value.kind.described)
        }
        return value
    }

    /// A required member of a given kind.
    func required(_ name: StaticString, as kind: Kind, in path: String) throws(RequestError) -> Value {
        guard let value = try given(name, as: kind, in: path) else { throw .missing(path + name.description) }
        return value
    }
}
