public import JSON

/// Shows how a client's request was translated, part by part, so that an operator can find out why a program gets different
/// answers.
///
/// It is computed from the two requests and the translation's notices. Requests that are not explained have no extra cost.
public struct Explanation: Sendable {
    /// What can happen to a part.
    public enum Change: String, Sendable, CaseIterable {
        /// Sent unchanged.
        case kept
        /// The same value under another name, or in another place.
        case renamed
        /// The same meaning in the format of the other API.
        case translated
        /// Not in the client's request.
        case added
        /// Not sent, without any effect on the result.
        case unneeded
        /// As in ``Notice/Kind``.
        case dropped, adjusted, emulated, repaired, warned
    }

    /// One part: a field, a message or a tool; or, without values, a notice about something inside the previous row's part.
    public struct Row: Sendable {
        /// Its path in the client's request; nil for added parts.
        public let field: String?
        /// Its path in the upstream request; nil if it is not sent.
        public let sentAs: String?
        /// The client's value; nil also in all rows but the first of a part that becomes several.
        public let before: Value?
        /// The value that is sent.
        public let after: Value?
        /// What happened to the part.
        public let change: Change
        /// The reason, as a clause that follows the field's name; nil if the values need no explanation.
        public let reason: String?
    }

    /// In the order of the client's fields; added fields follow.
    public let rows: [Row]

    /// - Parameters:
    ///   - document: the client's request.
    ///   - requests: its translation: one request, or one per prompt.
    public init(of document: Document, as requests: [TranslatedRequest]) {
        var comparison = Comparison(of: document.root, with: requests)
        rows = comparison.rows()
    }

    /// Writes the rows as a JSON array of objects. Properties that are nil are left out.
    public func write(to writer: inout Writer) {
        writer.array {
            for row in rows {
                $0.object {
                    if let field = row.field { $0.member("field", field) }
                    if let sentAs = row.sentAs { $0.member("sent_as", sentAs) }
                    if let before = row.before { $0.member("before", before) }
                    if let after = row.after { $0.member("after", after) }
                    $0.member("kind", row.change.rawValue)
                    if let reason = row.reason { $0.member("reason", reason) }
                }
            }
        }
    }
}

extension Explanation.Change {
    init(_ kind: Notice.Kind) {
        switch kind {
        case .dropped: self = .dropped
        case .adjusted: self = .adjusted
        case .emulated: self = .emulated
        case .repaired: self = .repaired
        case .warned: self = .warned
        }
    }
}
