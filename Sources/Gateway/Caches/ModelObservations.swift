internal import Models
internal import Synchronization

/// Which models upstream has refused before their shutdown date, or still serves after it.
final class ModelObservations: Sendable {
    private struct Finding {
        let observation: ModelObservation
        let expires: ContinuousClock.Instant
    }

    /// After that it is tried again: models come back, and keys get access to more of them.
    private static let lifetime = Duration.seconds(3600)
    private static let maximumCount = 256

    private let findings = Mutex<[String: Finding]>([:])

    /// - Returns: what was known of the model.
    @discardableResult
    func note(_ observation: ModelObservation, now: ContinuousClock.Instant = .now) -> ModelObservation? {
        findings.withLock { findings in
            let earlier = findings[observation.name]?.observation
            // Which one is forgotten matters little: it is soon made again.
            if findings[observation.name] == nil, findings.count == Self.maximumCount, let other = findings.keys.first {
                findings[other] = nil
            }
            findings[observation.name] = Finding(observation: observation, expires: now + Self.lifetime)
            return earlier
        }
    }

    /// Forgets an observation whose alternative failed too.
    func revert(_ observation: ModelObservation, to earlier: ModelObservation?, now: ContinuousClock.Instant = .now) {
        findings.withLock { findings in
            findings[observation.name] = earlier.map { Finding(observation: $0, expires: now + Self.lifetime) }
        }
    }

    /// An availability by date, with what was observed.
    func added(to availability: ModelAvailability, now: ContinuousClock.Instant = .now) -> ModelAvailability {
        findings.withLock { $0 }.values.reduce(into: availability) { availability, finding in
            if finding.expires > now { availability.add(finding.observation) }
        }
    }
}
