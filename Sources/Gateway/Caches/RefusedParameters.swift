internal import Access
internal import NIOCore
internal import Synchronization
internal import Translation

/// The parameters that upstream has rejected, by caller and model. Later requests of the same caller omit them: upstream may
/// accept another caller's value of the same parameter.
final class RefusedParameters: Sendable {
    private struct Key: Hashable {
        let caller: Caller.Identity
        let model: String
    }

    private struct Finding {
        let parameter: RefusedParameter
        let expires: NIODeadline
    }

    /// Then the parameter is tried again: upstream may support it by then.
    private static let lifetime = TimeAmount.hours(1)
    /// The greatest number of pairs of a caller and a model.
    private static let maximumKeys = 1024
    private static let maximumPerKey = 32

    private let findings = Mutex<[Key: [Finding]]>([:])

    func add(
        _ parameter: RefusedParameter, of model: String, for caller: Caller.Identity, now: NIODeadline
    ) {
        let key = Key(caller: caller, model: model)
        findings.withLock { findings in
            var known = (findings[key] ?? []).filter { $0.expires > now }
            let learned = parameter.joined(with: known.map(\.parameter))
            known.removeAll { learned.covers($0.parameter) }
            if known.count == Self.maximumPerKey { known.removeFirst() }
            known.append(Finding(parameter: learned, expires: now + Self.lifetime))
            // Any entry may be discarded: what is in it is soon observed again.
            if findings[key] == nil, findings.count == Self.maximumKeys, let other = findings.keys.first {
                findings[other] = nil
            }
            findings[key] = known
        }
    }

    func of(
        _ model: String, for caller: Caller.Identity, now: NIODeadline
    ) -> [RefusedParameter] {
        findings.withLock { findings in
            findings.isEmpty ? nil : findings[Key(caller: caller, model: model)]
        }?.filter { $0.expires > now }.map(\.parameter) ?? []
    }
}
