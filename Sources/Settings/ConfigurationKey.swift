/// All settings, by their names in the environment.
public enum ConfigurationKey: String, CaseIterable, Sendable {
    /// The key that is sent to upstream.
    case openAIKey = "OPENAI_API_KEY"
    /// The key that callers must present.
    case proxyKey = "PROXY_API_KEY"
    /// A file of keys, one for each caller.
    case keysFile = "PROXY_KEYS_FILE"
    /// How long callers' keys and secrets stay valid after their file becomes unreadable.
    case keysFileGrace = "KEYS_FILE_GRACE"
    /// The URL of the keys that callers' tokens (JWT) are signed with.
    case tokenKeysURL = "JWT_JWKS_URL"
    /// A file of such keys, instead of a URL.
    case tokenKeysFile = "JWT_JWKS_FILE"
    /// The secret that callers' tokens are signed with (HS256), instead of such keys.
    case tokenSecret = "JWT_SECRET"
    /// The required issuer of a token (iss).
    case tokenIssuer = "JWT_ISSUER"
    /// The required audience of a token (aud).
    case tokenAudience = "JWT_AUDIENCE"
    /// The claim that names the caller.
    case tokenLabelClaim = "JWT_LABEL_CLAIM"
    /// The claim that lists the models that the caller may use; without this claim, all.
    case tokenModelsClaim = "JWT_MODELS_CLAIM"
    /// The origins whose pages may send requests from a browser.
    case corsOrigins = "CORS_ORIGINS"
    /// The API that requests are sent to.
    case target = "TARGET_API"
    /// The model for requests that name no model.
    case defaultModel = "DEFAULT_MODEL"
    /// The model map, in addition to gpt-4o=gpt-5,gpt-4o-mini=gpt-5-mini.
    case modelMap = "MODEL_MAP"
    /// A file with further rows for the catalogue of models.
    case modelsFile = "MODELS_FILE"
    /// What happens to requests for models that have been shut down.
    case retiredModels = "RETIRED_MODELS"
    /// Which model a translated response names.
    case replyModel = "REPLY_MODEL"
    /// How /proxy sends a conversation to the Responses API.
    case inputFormat = "INPUT_FORMAT"
    /// What happens to parameters that the target rejects.
    case unsupportedParameters = "UNSUPPORTED_PARAMS"
    /// The maximum number of choices (n) in one request; each choice is a separate upstream request.
    case maximumChoices = "N_MAX"
    /// Tokens for reasoning, added to the client's limit, which then applies to visible tokens only.
    case reasoningHeadroom = "REASONING_HEADROOM"
    /// Memory for the reasoning that preceded tool calls, which is sent again with the tool results.
    case reasoningCache = "REASONING_CACHE"
    /// The base URL of the OpenAI-compatible API; of several, the first healthy one is used.
    case base = "OPENAI_BASE"
    /// Sent upstream as OpenAI-Organization.
    case organization = "OPENAI_ORGANIZATION"
    /// Sent upstream as OpenAI-Project.
    case project = "OPENAI_PROJECT"
    /// Paths below /v1 that are forwarded unchanged.
    case passthrough = "PASSTHROUGH"
    /// The largest request body.
    case maxBody = "MAX_BODY"
    /// The minimum rate of a request body in bytes per second, averaged over 20 seconds.
    case uploadRate = "UPLOAD_RATE"
    /// The time limit for a whole request body.
    case uploadTimeout = "UPLOAD_TIMEOUT"
    /// How long the web server may accept no bytes of a response because its client reads none.
    case clientTimeout = "CLIENT_TIMEOUT"
    /// The time limit for a whole response, or for the response head of a stream.
    case upstreamTimeout = "UPSTREAM_TIMEOUT"
    /// The time limit for connecting to upstream.
    case connectTimeout = "CONNECT_TIMEOUT"
    /// How long upstream may be silent within a stream.
    case idleTimeout = "IDLE_TIMEOUT"
    /// The maximum number of retries when upstream fails before it responds.
    case retries = "RETRIES"
    /// An HTTP proxy for upstream connections.
    case upstreamProxy = "UPSTREAM_PROXY"
    /// A PEM file of certificate authorities to trust in addition to the system's.
    case upstreamCAFile = "UPSTREAM_CA_FILE"
    /// The interval of heartbeats in a silent stream, so that no server times it out.
    case heartbeat = "HEARTBEAT"
    /// How long a stream's response head waits for the first event, so that an error gets its own status.
    case streamHeadDelay = "STREAM_HEAD_DELAY"
    /// The concurrency limit of a process; 0: as many as the limit on open files allows.
    case maxStreams = "MAX_STREAMS"
    /// How long running requests may continue after a stop signal.
    case shutdownGrace = "SHUTDOWN_GRACE"
    /// The path of the status page; not set: no status page.
    case statusPath = "STATUS_PATH"
    /// A directory in which a machine's processes share their counters, so that each shows all of them.
    case stateDirectory = "STATE_DIR"
    /// The lowest level that is logged.
    case logLevel = "LOG_LEVEL"
    /// The format of the log.
    case logFormat = "LOG_FORMAT"

    /// The default value; nil if there is none.
    public var defaultText: String? {
        switch self {
        case .keysFileGrace: "1h"
        case .tokenLabelClaim: "sub"
        case .tokenModelsClaim: "models"
        case .target: "responses"
        case .defaultModel: "gpt-5"
        case .retiredModels: "replace"
        case .replyModel: "asked"
        case .inputFormat: "transcript"
        case .unsupportedParameters: "drop"
        case .maximumChoices: "8"
        case .reasoningHeadroom: "0"
        case .reasoningCache: "16m"
        case .base: "https://api.openai.com/v1"
        case .passthrough: "embeddings,moderations,responses/*"
        case .maxBody: "64m"
        case .uploadRate: "500"
        case .uploadTimeout: "15m"
        case .clientTimeout: "5m"
        case .upstreamTimeout: "600s"
        case .connectTimeout, .heartbeat, .streamHeadDelay: "10s"
        case .idleTimeout: "300s"
        case .retries: "2"
        case .maxStreams: "0"
        case .shutdownGrace: "30s"
        case .logLevel: "info"
        case .logFormat: "json"
        case .openAIKey, .proxyKey, .keysFile, .tokenKeysURL, .tokenKeysFile, .tokenSecret, .tokenIssuer,
            .tokenAudience,
            .corsOrigins, .modelMap, .modelsFile, .organization, .project, .upstreamProxy, .upstreamCAFile, .statusPath,
            .stateDirectory:
            nil
        }
    }

    /// The allowed values, for errors and for `check`.
    public var allowed: String {
        switch self {
        case .openAIKey: "a key of the upstream account"
        case .proxyKey: "a secret that you generate, such as the output of: openssl rand -hex 32"
        case .keysFile: "the path of a file made by gpt-proxy key new"
        case .keysFileGrace: "a duration such as 0s, 15m or 1h"
        case .tokenKeysURL: "an address such as https://login.example.com/realms/main/protocol/openid-connect/certs"
        case .tokenKeysFile: "the path of a file with a JSON Web Key Set"
        case .tokenSecret: "32 bytes or more, such as the output of: openssl rand -hex 32"
        case .tokenIssuer: "the issuer in its tokens, such as https://login.example.com/realms/main"
        case .tokenAudience: "the issuer's name for this service"
        case .tokenLabelClaim, .tokenModelsClaim: "a claim's name"
        case .corsOrigins: "origins such as https://app.example.com, separated by commas, or * for all"
        case .target: "responses, completions or chat"
        case .defaultModel: "a model's name, which may carry an effort: gpt-6-luna:none"
        case .modelMap:
            "asked=sent, separated by commas; * in an asked name matches any run of characters, and the model sent may "
                + "carry an effort: gpt-4o=gpt-6-luna:none"
        case .modelsFile: "the path of a file in the format that gpt-proxy models --csv prints"
        case .retiredModels: "replace or forward"
        case .replyModel: "asked or sent"
        case .inputFormat: "transcript or items"
        case .unsupportedParameters: "drop, reject or forward"
        case .maximumChoices: "a whole number from 1 to 128"
        case .reasoningHeadroom: "a whole number from 0 to 1000000"
        case .reasoningCache: "a size such as 4m or 1g, up to 1g; 0 keeps none"
        case .base: "an address such as https://api.openai.com/v1, or up to nine of them, separated by commas"
        case .organization, .project: "an identifier"
        case .passthrough: "paths without a leading slash, separated by commas; /* at the end means everything below"
        case .maxBody: "a size such as 512k, 64m or 1g, up to 1g"
        case .uploadRate: "a whole number of bytes, or 0 for no limit"
        case .uploadTimeout, .clientTimeout, .upstreamTimeout, .connectTimeout, .idleTimeout, .heartbeat,
            .streamHeadDelay:
            "a duration above zero such as 500ms, 10s, 5m or 1h"
        case .retries: "a whole number from 0 to 10"
        case .maxStreams: "a whole number, or 0"
        case .shutdownGrace: "a duration such as 0s, 30s or 15m"
        case .upstreamProxy: "http://host:port"
        case .upstreamCAFile: "the path of a PEM file"
        case .statusPath: "a path that begins with a slash, such as /status, and is not a route"
        case .stateDirectory: "the path of a directory that the program may write to"
        case .logLevel: "trace, debug, info, notice, warning, error or critical"
        case .logFormat: "json or text"
        }
    }

    /// The setting's name for the base of that number, if each base has its own value.
    public func name(ofBase number: Int) -> String {
        number == 1 ? rawValue : "\(rawValue)_\(number)"
    }

    /// Whether the value must never be shown. A secret can also be in a file, whose path is set by the key with the suffix
    /// `_FILE`.
    public var isSecret: Bool { self == .openAIKey || self == .proxyKey || self == .tokenSecret }

    /// Whether a location of the web server may override it, with the parameter `GPT_PROXY_` plus the key.
    public var mayBeOverriddenPerLocation: Bool {
        switch self {
        case .target, .defaultModel, .modelMap, .replyModel, .inputFormat, .unsupportedParameters: true
        default: false
        }
    }
}
