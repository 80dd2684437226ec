internal import Logging
public import Translation
internal import Upstream

extension Configuration {
    /// Reads and checks every key.
    ///
    /// - Throws: ``ConfigurationError`` with all faults found.
    public init(_ source: ConfigurationSource) throws(ConfigurationError) {
        var values = ConfigurationValues(source)
        let openAIKey = values.required(.openAIKey)
        let proxyKey = values.required(.proxyKey)
        if proxyKey == "changeme" {
            values.fail(
                .proxyKey, "is 'changeme', which everybody knows; set it to \(ConfigurationKey.proxyKey.allowed)")
        }
        let base = values.parse(.base) { (text) throws(InvalidConfiguration) in try BaseURL(text) }
        let translation = TranslationSettings(&values)
        let upstreamTimeout = values.duration(.upstreamTimeout)
        let client = Client.Configuration(
            connectTimeout: values.duration(.connectTimeout),
            firstByteTimeout: upstreamTimeout,
            idleTimeout: values.duration(.idleTimeout),
            totalTimeout: upstreamTimeout,
            caFile: values.text(.upstreamCAFile),
            proxy: values.proxy(.upstreamProxy))
        let passthrough = values.passedPaths(.passthrough)
        let maxBody = values.size(.maxBody)
        let heartbeat = values.duration(.heartbeat)
        let streamHeadDelay = values.duration(.streamHeadDelay)
        let maxStreams = values.count(.maxStreams)
        let shutdownGrace = values.duration(.shutdownGrace, mayBeZero: true)
        let logLevel = values.choice(.logLevel, of: Logger.Level.self)
        let logFormat = values.choice(.logFormat, of: LogFormat.self)
        guard values.faults.isEmpty, let base, let openAIKey, let proxyKey, let passthrough else {
            throw ConfigurationError(faults: values.faults)
        }
        self.init(
            openAIKey: openAIKey, proxyKey: proxyKey, base: base, organization: values.text(.organization),
            project: values.text(.project), translation: translation, client: client, passthrough: passthrough,
            maxBody: maxBody,
            upstreamTimeout: upstreamTimeout, heartbeat: heartbeat, streamHeadDelay: streamHeadDelay,
            maxStreams: maxStreams, shutdownGrace: shutdownGrace,
            logLevel: logLevel ?? .info, logFormat: logFormat ?? .json)
    }
}

extension TranslationSettings {
    /// Reads what concerns translation alone, which needs no keys.
    ///
    /// - Throws: ``ConfigurationError`` with all faults found.
    public init(_ source: ConfigurationSource) throws(ConfigurationError) {
        var values = ConfigurationValues(source)
        self.init(&values)
        guard values.faults.isEmpty else { throw ConfigurationError(faults: values.faults) }
    }

    init(_ values: inout ConfigurationValues) {
        self.init()
        if let target = values.choice(.target, of: Target.self) { self.target = target }
        if let model = values.text(.defaultModel) { defaultModel = model }
        if let map = values.modelMap(.modelMap) { modelMap = map }
        if let format = values.choice(.inputFormat, of: InputFormat.self) { inputFormat = format }
        if let policy = values.choice(.unsupportedParameters, of: UnsupportedParameterPolicy.self) {
            unsupportedParameters = policy
        }
    }
}
