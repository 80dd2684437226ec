/// One thing that `gpt-proxy check` has looked at, and what it saw.
public struct Finding: Sendable, Equatable {
    /// How much it matters.
    public enum Verdict: String, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// Works, but not as well as it could, or not for long.
        case warning
        /// Does not work.
        case problem
    }

    /// How much it matters.
    public let verdict: Verdict
    /// What it is about: a setting, a file, an address.
    public let subject: String
    /// What was seen, in words that follow the subject.
    public let text: String
    /// What to change, and where; nil where nothing has to be, or nobody can say.
    public let remedy: String?

    private init(_ verdict: Verdict, _ subject: String, _ text: String, remedy: String?) {
        self.verdict = verdict
        self.subject = subject
        self.text = text
        self.remedy = remedy
    }

    /// Something that is as it should be.
    ///
    /// - Parameters:
    ///   - subject: a setting, a file, an address.
    ///   - text: what was seen, in words that follow the subject.
    public static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(.ok, subject, text, remedy: nil)
    }

    /// Something that works, but not as well as it could, or not for long.
    ///
    /// - Parameters:
    ///   - subject: a setting, a file, an address.
    ///   - text: what was seen, in words that follow the subject.
    ///   - remedy: what to change, and where.
    public static func warning(_ subject: String, _ text: String, remedy: String) -> Finding {
        Finding(.warning, subject, text, remedy: remedy)
    }

    /// Something that does not work.
    ///
    /// - Parameters:
    ///   - subject: a setting, a file, an address.
    ///   - text: what was seen, in words that follow the subject.
    ///   - remedy: what to change, and where; nil where nobody can say.
    public static func problem(_ subject: String, _ text: String, remedy: String? = nil) -> Finding {
        Finding(.problem, subject, text, remedy: remedy)
    }
}
