internal import JSON
internal import Models

/// Collects a translation's notices, and applies the operator's policy to parameters that upstream does not support.
struct Notices {
    private(set) var all: [Notice] = []
    let policy: UnsupportedParameterPolicy

    init(policy: UnsupportedParameterPolicy) {
        self.policy = policy
    }

    /// Begins with a notice about the replacement of the model, if it is retired.
    init(of choice: ModelChoice, settings: TranslationSettings, availability: ModelAvailability?) {
        self.init(policy: settings.unsupportedParameters)
        guard let retired = choice.retired, let day = availability?.day else { return }
        let shutdown = settings.catalogue.model(named: retired).shutdown.flatMap { $0 <= day ? $0 : nil }
        adjusted(
            "model",
            "is sent as '\(choice.sent.name)': "
                + (shutdown.map { "'\(retired)' was shut down on \($0)" } ?? "upstream does not have '\(retired)'"))
    }

    /// Adds a notice if the request goes to another API than the operator configured.
    mutating func target(_ target: Target, insteadOf setting: Target, _ model: String) {
        guard target != setting else { return }
        let name = target == .responses ? "the Responses API" : "Chat Completions"
        adjusted("model", "is sent to \(name), the only API that serves \(model)")
    }

    /// Adds a notice if the client's effort is changed or dropped. Returns the effort to send; nil sends none.
    mutating func effort(
        _ effort: EffortToSend, field: String = "reasoning_effort", _ model: String
    ) throws(RequestError) -> String? {
        guard let asked = effort.asked, effort.text != asked else { return effort.text }
        guard let sent = effort.text else {
            return try unsupported(field, "is not supported by \(model)") ? asked : nil
        }
        adjusted(field, "is sent as '\(sent)', the nearest effort that \(model) supports")
        return sent
    }

    /// Applies the policy to a parameter that the model does not support at that effort. Returns whether to send it anyway.
    mutating func unsupported(
        _ field: String, by model: String, _ effort: EffortToSend
    ) throws(RequestError) -> Bool {
        try unsupported(field, "is not supported by \(model)" + (effort.reasons ? " when it reasons" : ""))
    }

    mutating func dropped(_ field: String, _ reason: String) {
        all.append(Notice(kind: .dropped, field: field, reason: reason))
    }

    mutating func adjusted(_ field: String, _ reason: String) {
        all.append(Notice(kind: .adjusted, field: field, reason: reason))
    }

    mutating func emulated(_ field: String, _ reason: String) {
        all.append(Notice(kind: .emulated, field: field, reason: reason))
    }

    mutating func repaired(_ field: String, _ reason: String) {
        all.append(Notice(kind: .repaired, field: field, reason: reason))
    }

    mutating func warned(_ field: String, _ reason: String) {
        all.append(Notice(kind: .warned, field: field, reason: reason))
    }

    /// Applies the policy to a parameter that upstream does not support: adds a notice, or throws. Returns whether to send
    /// it anyway.
    mutating func unsupported(_ field: String, _ reason: String) throws(RequestError) -> Bool {
        switch policy {
        case .forward:
            return true
        case .drop:
            dropped(field, reason)
            return false
        case .reject:
            throw RequestError(
                message: "Unsupported parameter: '\(field)' \(reason). Leave it out, or ask the operator to set "
                    + "UNSUPPORTED_PARAMS=drop.",
                param: field, code: "unsupported_parameter")
        }
    }
}
