internal import JSON
internal import Models

/// Collects what a translation leaves out, changes or repairs, and applies the operator's policy to what upstream refuses.
struct Notices {
    private(set) var all: [Notice] = []
    let policy: UnsupportedParameterPolicy

    init(policy: UnsupportedParameterPolicy) {
        self.policy = policy
    }

    /// Begins with the replacement of the model, if it is gone.
    init(of choice: ModelChoice, settings: TranslationSettings, availability: ModelAvailability?) {
        self.init(policy: settings.unsupportedParameters)
        guard let retired = choice.retired, let day = availability?.day else { return }
        let shutdown = settings.catalogue.model(named: retired).shutdown.flatMap { $0 <= day ? $0 : nil }
        adjusted(
            "model",
            "is sent as '\(choice.sent.name)': "
                + (shutdown.map { "'\(retired)' was shut down on \($0)" } ?? "upstream does not have '\(retired)'"))
    }

    /// Notes that the request goes to another API than the operator's setting says.
    mutating func target(_ target: Target, insteadOf setting: Target, _ model: String) {
        guard target != setting else { return }
        let name = target == .responses ? "the Responses API" : "Chat Completions"
        adjusted("model", "is sent to \(name), the only API that serves \(model)")
    }

    /// Notes what becomes of the client's effort, and returns the one to send; nil sends none.
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

    /// Notes a parameter that the model does not support at that effort. Returns whether it is to be sent all the same.
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

    /// A parameter that upstream refuses: noted as dropped, or an error. Returns whether it is to be sent all the same.
    mutating func unsupported(_ field: String, _ reason: String) throws(RequestError) -> Bool {
        switch policy {
        case .forward:
            return true
        case .drop:
            dropped(field, reason)
            return false
        case .reject:
            throw RequestError(
                message: "Unsupported parameter: '\(field)' \(reason). Leave it out, or have the operator set "
                    + "UNSUPPORTED_PARAMS=drop.",
                param: field, code: "unsupported_parameter")
        }
    }
}
