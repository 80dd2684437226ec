/// One result of `gpt-proxy check`.
public struct Finding: Sendable, Equatable {
    /// The severity.
    public enum Verdict: String, Sendable, CaseIterable {
        /// Correct.
        case ok
        /// Works, but not optimally or not for long.
        case warning
        /// Does not work.
        case problem
    }

    /// The severity.
    public let verdict: Verdict
    /// The subject: a setting, a file, an address.
    public let subject: String
    /// The result, as a clause that follows the subject.
    public let text: String
    /// What to change, and where; nil if no change is needed or known.
    public let remedy: String?

    private init(_ verdict: Verdict, _ subject: String, _ text: String, remedy: String?) {
        self.verdict = verdict
        self.subject = subject
        self.text = text
        self.remedy = remedy
    }

    /// A result that is correct.
    ///
    /// - Parameters:
    ///   - subject: a setting, a file, an address.
    ///   - text: the result, as a clause that follows the subject.
    public static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(.ok, subject, text, remedy: nil)
    }

    /// A result that works, but not optimally or not for long.
    ///
    /// - Parameters:
    ///   - subject: a setting, a file, an address.
    ///   - text: the result, as a clause that follows the subject.
    ///   - remedy: what to change, and where.
    public static func warning(_ subject: String, _ text: String, remedy: String) -> Finding {
        Finding(.warning, subject, text, remedy: remedy)
    }

    /// A result that does not work.
    ///
    /// - Parameters:
    ///   - subject: a setting, a file, an address.
    ///   - text: the result, as a clause that follows the subject.
    ///   - remedy: what to change, and where; nil if not known.
    public static func problem(_ subject: String, _ text: String, remedy: String? = nil) -> Finding {
        Finding(.problem, subject, text, remedy: remedy)
    }
}
