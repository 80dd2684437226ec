public import JSON

/// What became of a client's request on its way upstream, part by part: for people who want to know why a program that
/// worked gets other answers now.
///
/// It is made afterwards, of the two requests and the translation's notices; nobody else pays for it.
public struct Explanation: Sendable {
    /// What became of one part.
    public enum Change: String, Sendable, CaseIterable {
        /// Sent as it is.
        case kept
        /// The same value under another name, or in another place.
        case renamed
        /// The same meaning, as the other API writes it.
        case translated
        /// Not asked for by the client.
        case added
        /// Not sent, and nothing is lost by that.
        case unneeded
        /// As in ``Notice/Kind``.
        case dropped, adjusted, emulated, repaired, warned
    }

    /// One part: a field, a message, a tool; or something within the part before it, which has neither value.
    public struct Row: Sendable {
        /// Where it stands in the client's request, as a path; nil for what is added.
        public let field: String?
        /// Where it stands in the request upstream, as a path; nil for what is not sent.
        public let sentAs: String?
        /// The client's value. Nil also in the further rows of one part that becomes several.
        public let before: Value?
        /// The value that is sent.
        public let after: Value?
        /// What became of it.
        public let change: Change
        /// Why, in a clause that follows the field's name; nil where the values say it all.
        public let reason: String?
    }

    /// In the order of the client's fields; then what is added.
    public let rows: [Row]

    /// - Parameters:
    ///   - document: the client's request.
    ///   - requests: what it became: one request, or one for each of its prompts.
    public init(of document: Document, as requests: [TranslatedRequest]) {
        var comparison = Comparison(of: document.root, with: requests)
        rows = comparison.rows()
    }

    /// The rows as a JSON array of objects. What a row does not have is left out.
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
