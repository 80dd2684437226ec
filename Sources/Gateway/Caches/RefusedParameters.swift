internal import Synchronization
internal import Translation

/// The parameters that upstream has rejected, by model. Later requests omit them.
final class RefusedParameters: Sendable {
    private struct Finding {
        let parameter: RefusedParameter
        let expires: ContinuousClock.Instant
    }

    /// Then the parameter is tried again: upstream may support it by then.
    private static let lifetime = Duration.seconds(3600)
    private static let maximumModels = 256
    private static let maximumPerModel = 32

    private let findings = Mutex<[String: [Finding]]>([:])

    func add(_ parameter: RefusedParameter, for model: String, now: ContinuousClock.Instant = .now) {
        findings.withLock { findings in
            var known = (findings[model] ?? []).filter { $0.expires > now }
            let learned = parameter.joined(with: known.map(\.parameter))
            known.removeAll { learned.covers($0.parameter) }
            if known.count == Self.maximumPerModel { known.removeFirst() }
            known.append(Finding(parameter: learned, expires: now + Self.lifetime))
            // Any model may be discarded: its rejected parameters are soon observed again.
            if findings[model] == nil, findings.count == Self.maximumModels, let other = findings.keys.first {
                findings[other] = nil
            }
            findings[model] = known
        }
    }

    func of(_ model: String, now: ContinuousClock.Instant = .now) -> [RefusedParameter] {
        findings.withLock { $0[model] }?.filter { $0.expires > now }.map(\.parameter) ?? []
    }
}
