internal import Diagnosis
internal import Gateway
internal import Logs
internal import Presentation

/// Prints the findings of `check` one by one, then their total.
struct FindingsReport {
    private var counts: [Finding.Verdict: Int] = [:]

    var problemCount: Int { counts[.problem] ?? 0 }

    /// Prints an empty line after the settings.
    init() {
        print()
    }

    mutating func add(_ findings: [Finding]) {
        for finding in findings {
            counts[finding.verdict, default: 0] += 1
            let margin = String(repeating: " ", count: Self.width)
            let text = PlainText.of("\(finding.subject): \(finding.text)")
            let remedy = finding.remedy.map { "\n" + margin + PlainText.of($0) } ?? ""
            let line = TextColumn.padded(finding.verdict.rawValue, to: Self.width) + text + remedy
            if finding.verdict == .problem { StandardError.write(line) } else { print(line) }
        }
    }

    func summarize() {
        let words = Finding.Verdict.allCases.map { verdict in
            let count = counts[verdict] ?? 0
            return verdict == .ok ? "\(count) ok" : "\(count) \(verdict.rawValue)\(count == 1 ? "" : "s")"
        }
        print("\n" + words.joined(separator: ", "))
    }

    private static let width = (Finding.Verdict.allCases.map(\.rawValue.count).max() ?? 0) + 2
}
