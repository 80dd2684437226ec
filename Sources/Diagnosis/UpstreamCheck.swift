internal import Files
public import Gateway
internal import Logs
internal import Models
public import NIOCore
internal import Settings
internal import Translation
public import Upstream

/// Sends upstream the cheapest request, to check that it responds, accepts the key and has the models that are sent.
public enum UpstreamCheck {
    /// The results for one base.
    public struct Result: Sendable {
        /// The findings for the operator.
        public let findings: [Finding]
        /// Its models; nil if it returns no list.
        public var models: UpstreamModelList?
    }

    /// Checks one base. Runs on `eventLoop`, to which its task must be pinned.
    public static func run(
        _ base: Configuration.Base, of configuration: Configuration, _ client: Client, on eventLoop: any EventLoop
    ) async -> Result {
        let subject = configuration.bases.count > 1 ? "upstream \(base.url.origin)" : "upstream"
        // The file watcher is not started: the key stays the one that was read with the configuration.
        let files = FileWatch(configuration, scoreboard: nil)
        let request = base.modelsRequest(files)
        do throws(UpstreamError) {
            let response = try await client.send(request, on: eventLoop, usesIdleConnection: false)
            guard response.isSuccess else {
                let reason = await reason(response)
                return Result(findings: [refusal(response.status, reason, subject, base)])
            }
            let list = UpstreamModelList(try await response.body.collect(upTo: largestList))
            let answer = Finding.ok(subject, "answers with status \(response.status)")
            return Result(findings: [answer, models(list, subject, base, configuration.settings)], models: list)
        } catch {
            return Result(findings: [.problem(subject, "\(error)", remedy: remedy(for: error))])
        }
    }

    /// Upstream's error message; nil if it has none.
    private static func reason(_ response: Response) async -> String? {
        guard let body = try? await response.body.collect(upTo: largestError) else { return nil }
        return ReplyFailure(errorBody: body, status: response.status).map { String($0.message.prefix(longestReason)) }
    }

    private static func refusal(
        _ status: Int, _ reason: String?, _ subject: String, _ base: Configuration.Base
    ) -> Finding {
        let isAboutKey = status == 401 || status == 403
        return .problem(
            subject, "answers with status \(status)" + (isAboutKey ? "" : reason.map { ": \($0)" } ?? ""),
            remedy: isAboutKey
                ? "it rejects the key: check \(ConfigurationKey.openAIKey.name(ofBase: base.number)), and the permissions of its "
                    + "project"
                : "check \(ConfigurationKey.base.rawValue): it ends with /v1 for OpenAI and with /openai/v1 for Azure")
    }

    private static func remedy(for error: UpstreamError) -> String {
        switch error.code {
        case .unreachable, .connectTimeout:
            "check \(ConfigurationKey.base.rawValue), the firewall, \(ConfigurationKey.upstreamProxy.rawValue) if a proxy "
                + "is needed, and \(ConfigurationKey.upstreamCAFile.rawValue) if its certificate is from a private authority"
        default: "check whether \(ConfigurationKey.base.rawValue) is an OpenAI-compatible API"
        }
    }

    // MARK: Models

    /// The longest message that is shown, in characters.
    private static let longestReason = 300

    /// The largest error that is read, in bytes.
    private static let largestError = 64 << 10

    /// The largest list that is read, in bytes; thousands of models take less.
    private static let largestList = 16 << 20

    private static let modelRemedy =
        "set DEFAULT_MODEL and MODEL_MAP to models that it has; some servers also have models that they do not list"

    private static func models(
        _ list: UpstreamModelList?, _ subject: String, _ base: Configuration.Base, _ settings: TranslationSettings
    ) -> Finding {
        guard let list else {
            return .warning(subject, "has no readable list of models", remedy: modelRemedy)
        }
        let sent = modelsSent(settings).map { base.modelMap?($0).description ?? $0 }
        let missing = sent.filter { !list.names.contains($0) }
        guard missing.isEmpty else {
            return .warning(
                subject, "does not list models that are sent: \(missing.joined(separator: ", "))", remedy: modelRemedy)
        }
        return .ok(subject, "has the models that are sent: \(sent.joined(separator: ", "))")
    }

    /// The models that clients get today without naming them.
    private static func modelsSent(_ settings: TranslationSettings) -> [String] {
        settings.configuredChoices(settings.availability(on: .today)).reduce(into: []) { models, configured in
            let model = configured.choice.sent.name
            if !models.contains(model) { models.append(model) }
        }
    }
}
