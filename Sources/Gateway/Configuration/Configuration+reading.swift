internal import Access
internal import Files
internal import Logging
internal import Logs
public import Models
public import Settings
public import Translation
internal import Upstream

extension Configuration {
    /// Reads and checks all settings.
    ///
    /// - Throws: `ConfigurationError` with all errors found.
    public init(_ source: ConfigurationSource) throws(ConfigurationError) {
        var values = ConfigurationValues(source)
        let bases = values.bases()
        let access = AccessSettings(&values)
        if bases.contains(where: { access.sharesKey($0.key.content) }) {
            values.fail(
                .proxyKey,
                "is the same as OPENAI_API_KEY, so callers could bypass the proxy; it must be "
                    + ConfigurationKey.proxyKey.allowed)
        }
        let crossOrigin = values.parse(.corsOrigins) { (text) throws(ValueFault) in try CrossOriginPolicy(text) }
        let reasoningCache = values.size(.reasoningCache, mayBeZero: true)
        let translation = TranslationSettings(&values, keepsReasoning: reasoningCache > 0)
        let models = values.catalogue()
        let upstreamTimeout = values.duration(.upstreamTimeout)
        let authorities = values.file(
            .upstreamCAFile, limit: AuthoritiesFile.sizeLimit, AuthoritiesFile.parse)
        let client = Client.Configuration(
            connectTimeout: values.duration(.connectTimeout),
            firstByteTimeout: upstreamTimeout,
            idleTimeout: values.duration(.idleTimeout),
            totalTimeout: upstreamTimeout,
            authorities: authorities?.content,
            proxy: values.proxy(.upstreamProxy))
        let retries = values.number(.retries, in: 0...10)
        let passthrough = values.passedPaths(.passthrough)
        let maxBody = values.size(.maxBody)
        let uploadRate = values.count(.uploadRate)
        let uploadTimeout = values.duration(.uploadTimeout)
        let clientTimeout = values.duration(.clientTimeout)
        let heartbeat = values.duration(.heartbeat)
        let streamHeadDelay = values.duration(.streamHeadDelay)
        let maxStreams = values.count(.maxStreams)
        let shutdownGrace = values.duration(.shutdownGrace, mayBeZero: true)
        let statusPath = values.statusPath(passthrough)
        let stateDirectory = values.text(.stateDirectory)
        let logLevel = values.choice(.logLevel, of: Logger.Level.self)
        let logFormat = values.choice(.logFormat, of: LogFormat.self)
        guard values.faults.isEmpty, let passthrough else {
            throw ConfigurationError(faults: values.faults)
        }
        self.init(
            access: access, crossOrigin: crossOrigin ?? .noOrigin, bases: bases, translation: translation,
            models: models, reasoningCache: reasoningCache, client: client, authorities: authorities,
            passthrough: passthrough, maxBody: maxBody, uploadRate: uploadRate, uploadTimeout: uploadTimeout,
            clientTimeout: clientTimeout, upstreamTimeout: upstreamTimeout, retries: retries, heartbeat: heartbeat,
            streamHeadDelay: streamHeadDelay, maxStreams: maxStreams, shutdownGrace: shutdownGrace,
            statusPath: statusPath, stateDirectory: stateDirectory, logLevel: logLevel ?? .info,
            logFormat: logFormat ?? .json)
    }
}

extension TranslationSettings {
    /// Reads the translation settings only, which requires no keys.
    ///
    /// - Throws: `ConfigurationError` with all errors found.
    public init(_ source: ConfigurationSource) throws(ConfigurationError) {
        var values = ConfigurationValues(source)
        let reasoningCache = values.size(.reasoningCache, mayBeZero: true)
        self.init(&values, keepsReasoning: reasoningCache > 0)
        catalogue = values.catalogue().content
        guard values.faults.isEmpty else { throw ConfigurationError(faults: values.faults) }
    }

    fileprivate init(_ values: inout ConfigurationValues, keepsReasoning: Bool) {
        self.init(keepsReasoning: keepsReasoning)
        if let target = values.choice(.target, of: Target.self) { self.target = target }
        if let model = values.modelSelection(.defaultModel) { defaultModel = model }
        if let map = values.modelMap(.modelMap) { modelMap = map }
        if let policy = values.choice(.retiredModels, of: RetiredModelPolicy.self) { retiredModels = policy }
        if let model = values.choice(.replyModel, of: ReplyModel.self) { replyModel = model }
        if let format = values.choice(.inputFormat, of: InputFormat.self) { inputFormat = format }
        if let policy = values.choice(.unsupportedParameters, of: UnsupportedParameterPolicy.self) {
            unsupportedParameters = policy
        }
        maximumChoices = values.number(.maximumChoices, in: 1...128)
        reasoningHeadroom = values.number(.reasoningHeadroom, in: 0...1_000_000)
    }
}

extension ConfigurationSource {
    /// Reads the catalogue with the operator's rows, for a command that needs no other settings.
    ///
    /// - Throws: `ConfigurationError` if the operator's file is unreadable or invalid.
    public func readCatalogue() throws(ConfigurationError) -> Catalogue {
        var values = ConfigurationValues(self)
        let catalogue = values.catalogue().content
        guard values.faults.isEmpty else { throw ConfigurationError(faults: values.faults) }
        return catalogue
    }
}

extension ConfigurationValues {
    /// The catalogue, with the rows of the operator's file if there is one.
    fileprivate mutating func catalogue() -> ConfiguredValue<Catalogue> {
        file(.modelsFile, limit: ModelsFile.sizeLimit) { try ModelsFile.parse($0) }.map { .file($0) }
            ?? .value(.standard)
    }
}
