/// One thing that `gpt-proxy check` has looked at, and what it saw.
public struct Finding: Sendable, Equatable {
    public enum Verdict: String, Sendable, CaseIterable {
        case ok
        /// Works, but not as well as it could, or not for long.
        case warning
        /// Does not work.
        case problem
    }

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

    public static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(.ok, subject, text, remedy: nil)
    }

    public static func warning(_ subject: String, _ text: String, remedy: String) -> Finding {
        Finding(.warning, subject, text, remedy: remedy)
    }

    public static func problem(_ subject: String, _ text: String, remedy: String? = nil) -> Finding {
        Finding(.problem, subject, text, remedy: remedy)
    }
}
