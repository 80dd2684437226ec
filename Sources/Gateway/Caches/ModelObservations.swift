internal import Models
internal import NIOCore
internal import Synchronization

/// The models that upstream has rejected before their shutdown date, or still serves after it.
final class ModelObservations: Sendable {
    private struct Finding {
        let observation: ModelObservation
        let expires: NIODeadline
    }

    /// Then the model is tried again: models may return, and keys may get access to more models.
    private static let lifetime = TimeAmount.hours(1)
    private static let maximumCount = 256

    private let findings = Mutex<[String: Finding]>([:])

    /// - Returns: the previous observation of the model.
    @discardableResult
    func note(_ observation: ModelObservation, now: NIODeadline) -> ModelObservation? {
        findings.withLock { findings in
            let earlier = findings[observation.name]?.observation
            // Any observation may be discarded: it is soon made again.
            if findings[observation.name] == nil, findings.count == Self.maximumCount, let other = findings.keys.first {
                findings[other] = nil
            }
            findings[observation.name] = Finding(observation: observation, expires: now + Self.lifetime)
            return earlier
        }
    }

    /// Reverts an observation whose replacement model failed too.
    func revert(_ observation: ModelObservation, to earlier: ModelObservation?, now: NIODeadline) {
        findings.withLock { findings in
            findings[observation.name] = earlier.map { Finding(observation: $0, expires: now + Self.lifetime) }
        }
    }

    /// An availability by date, with the observations added.
    func added(to availability: ModelAvailability, now: NIODeadline) -> ModelAvailability {
        findings.withLock { $0 }.values.reduce(into: availability) { availability, finding in
            if finding.expires > now { availability.add(finding.observation) }
        }
    }
}
