internal import JSON
internal import Models

/// Collects what a translation leaves out, changes or repairs, and applies the operator's policy to what upstream refuses.
struct Notices {
    private(set) var all: [Notice] = []
    let policy: UnsupportedParameterPolicy

    init(policy: UnsupportedParameterPolicy) {
        self.policy = policy
    }

    /// Begins with what becomes of the model.
    init(of choice: ModelChoice, in target: Target, settings: TranslationSettings, availability: ModelAvailability?) {
        self.init(policy: settings.unsupportedParameters)
        let sent = choice.sent.name
        if let retired = choice.retired, let day = availability?.day {
            let shutdown = settings.catalogue(retired).shutdown.flatMap { $0 <= day ? $0 : nil }
            adjusted(
                "model",
                shutdown.map { "is sent as '\(sent)': '\(retired)' was shut down on \($0)" }
                    ?? "is sent as '\(sent)': upstream does not have '\(retired)'")
        }
        if target != settings.target {
            let name = target == .responses ? "the Responses API" : "Chat Completions"
            adjusted("model", "is asked in \(name), the only API that serves \(sent)")
        }
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
