internal import Models
internal import Synchronization

/// Which models upstream was seen to have or not to have, other than the calendar says.
final class LearnedModels: Sendable {
    private struct Finding {
        let lesson: ModelLesson
        let expires: ContinuousClock.Instant
    }

    /// After that it is tried again: models come back, and keys get access to more of them.
    private static let lifetime = Duration.seconds(3600)
    private static let maximumCount = 256

    private let findings = Mutex<[String: Finding]>([:])

    func learn(_ lesson: ModelLesson, now: ContinuousClock.Instant = .now) {
        findings.withLock { findings in
            // Which one is forgotten matters little: it is soon learned again.
            if findings[lesson.name] == nil, findings.count == Self.maximumCount, let other = findings.keys.first {
                findings[other] = nil
            }
            findings[lesson.name] = Finding(lesson: lesson, expires: now + Self.lifetime)
        }
    }

    /// Forgets what turned out to help nothing.
    func forget(_ lesson: ModelLesson) {
        findings.withLock { $0[lesson.name] = nil }
    }

    /// Which models there are on a day, as far as is known.
    func availability(on day: Day, now: ContinuousClock.Instant = .now) -> ModelAvailability {
        let findings = findings.withLock { $0 }
        return findings.values.reduce(ModelAvailability(on: day)) { availability, finding in
            finding.expires > now ? availability.learning(finding.lesson) : availability
        }
    }
}
