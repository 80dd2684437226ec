internal import JSON

/// Collects what a translation leaves out, changes or repairs, and applies the operator's policy to what upstream refuses.
struct Notices {
    private(set) var all: [Notice] = []
    let policy: UnsupportedParameterPolicy

    init(policy: UnsupportedParameterPolicy) {
        self.policy = policy
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
