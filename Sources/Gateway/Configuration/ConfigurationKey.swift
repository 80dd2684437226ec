/// Everything an operator can set, by the name it has in the environment.
public enum ConfigurationKey: String, CaseIterable, Sendable {
    /// The key that upstream is asked with.
    case openAIKey = "OPENAI_API_KEY"
    /// The key that callers must present.
    case proxyKey = "PROXY_API_KEY"
    /// A file of keys, one for each caller.
    case keysFile = "PROXY_KEYS_FILE"
    /// How long callers' keys and secrets in files stay valid when their file cannot be read any more.
    case keysFileGrace = "KEYS_FILE_GRACE"
    /// The address of the keys that callers' tokens (JWT) are signed with.
    case tokenKeysURL = "JWT_JWKS_URL"
    /// A file of such keys, in place of an address.
    case tokenKeysFile = "JWT_JWKS_FILE"
    /// The secret that callers' tokens are signed with (HS256), in place of such keys.
    case tokenSecret = "JWT_SECRET"
    /// Who must have issued a token (iss).
    case tokenIssuer = "JWT_ISSUER"
    /// Whom a token must be for (aud).
    case tokenAudience = "JWT_AUDIENCE"
    /// The claim that names the caller.
    case tokenLabelClaim = "JWT_LABEL_CLAIM"
    /// The claim that lists the models that the caller may use; without it, all.
    case tokenModelsClaim = "JWT_MODELS_CLAIM"
    /// The origins whose pages may call from a browser.
    case corsOrigins = "CORS_ORIGINS"
    /// The API that upstream is asked in.
    case target = "TARGET_API"
    /// The model of requests that name none.
    case defaultModel = "DEFAULT_MODEL"
    /// Models to replace, on top of gpt-4o=gpt-5,gpt-4o-mini=gpt-5-mini.
    case modelMap = "MODEL_MAP"
    /// A file with further rows for the catalogue of models.
    case modelsFile = "MODELS_FILE"
    /// What happens to requests for models that have been shut down.
    case retiredModels = "RETIRED_MODELS"
    /// How /proxy sends a conversation to the Responses API.
    case inputFormat = "INPUT_FORMAT"
    /// What becomes of parameters that the target refuses.
    case unsupportedParameters = "UNSUPPORTED_PARAMS"
    /// The most choices (n) of one request, each of which is a request upstream.
    case maximumChoices = "N_MAX"
    /// Tokens for reasoning on top of the client's limit, which then means visible tokens.
    case reasoningHeadroom = "REASONING_HEADROOM"
    /// Memory for what models thought before they called tools, given back with the results.
    case reasoningCache = "REASONING_CACHE"
    /// The address of the OpenAI-compatible API; of several, the next is asked when one fails.
    case base = "OPENAI_BASE"
    /// Sent upstream as OpenAI-Organization.
    case organization = "OPENAI_ORGANIZATION"
    /// Sent upstream as OpenAI-Project.
    case project = "OPENAI_PROJECT"
    /// Paths below /v1 that are handed through as they are.
    case passthrough = "PASSTHROUGH"
    /// The largest request body that is accepted.
    case maxBody = "MAX_BODY"
    /// How many bytes a second of a request body must come, on average over 20 seconds.
    case uploadRate = "UPLOAD_RATE"
    /// How long a request body may take as a whole.
    case uploadTimeout = "UPLOAD_TIMEOUT"
    /// How long the web server may take nothing of a reply, because its client reads nothing.
    case clientTimeout = "CLIENT_TIMEOUT"
    /// How long upstream may take for a whole reply, or for the head of a streamed one.
    case upstreamTimeout = "UPSTREAM_TIMEOUT"
    /// How long connecting to upstream may take.
    case connectTimeout = "CONNECT_TIMEOUT"
    /// How long upstream may be silent within a stream.
    case idleTimeout = "IDLE_TIMEOUT"
    /// How often upstream is asked again when it fails before it has answered.
    case retries = "RETRIES"
    /// An HTTP proxy that upstream is reached through.
    case upstreamProxy = "UPSTREAM_PROXY"
    /// A PEM file with authorities trusted beside the system's.
    case upstreamCAFile = "UPSTREAM_CA_FILE"
    /// How often a silent stream gets a sign of life, so that nobody takes it for dead.
    case heartbeat = "HEARTBEAT"
    /// How long a stream's head waits for the first event, so that an error gets its own status.
    case streamHeadDelay = "STREAM_HEAD_DELAY"
    /// How many requests a process has in hand at once; 0 is what its descriptors allow.
    case maxStreams = "MAX_STREAMS"
    /// How long running requests may go on after the order to stop.
    case shutdownGrace = "SHUTDOWN_GRACE"
    /// The path of the status page; without it there is none.
    case statusPath = "STATUS_PATH"
    /// A directory by which processes know of each other, so that each shows all of them.
    case stateDirectory = "STATE_DIR"
    /// How much is logged.
    case logLevel = "LOG_LEVEL"
    /// The form of the log.
    case logFormat = "LOG_FORMAT"

    /// The value where none is set; nil where there is none to fall back on.
    public var defaultText: String? {
        switch self {
        case .keysFileGrace: "1h"
        case .tokenLabelClaim: "sub"
        case .tokenModelsClaim: "models"
        case .target: "responses"
        case .defaultModel: "gpt-5"
        case .retiredModels: "replace"
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

    /// What is allowed, as said in errors and in `check`.
    public var allowed: String {
        switch self {
        case .openAIKey: "a key of the upstream account"
        case .proxyKey: "a secret of your own making, such as the output of: openssl rand -hex 32"
        case .keysFile: "the path of a file that gpt-proxy key new has written"
        case .keysFileGrace: "a duration such as 0s, 15m or 1h"
        case .tokenKeysURL: "an address such as https://login.example.com/realms/main/protocol/openid-connect/certs"
        case .tokenKeysFile: "the path of a file with a JSON Web Key Set"
        case .tokenSecret: "32 bytes or more, such as the output of: openssl rand -hex 32"
        case .tokenIssuer: "the issuer as its tokens have it, such as https://login.example.com/realms/main"
        case .tokenAudience: "the name that the issuer knows this service by"
        case .tokenLabelClaim, .tokenModelsClaim: "a claim's name"
        case .corsOrigins: "origins such as https://app.example.com, separated by commas, or * for all"
        case .target: "responses, completions or chat"
        case .defaultModel: "a model's name, which may carry an effort: gpt-6-luna:none"
        case .modelMap:
            "asked=sent, separated by commas; * in an asked name matches any run of characters, and the model sent may "
                + "carry an effort: gpt-4o=gpt-6-luna:none"
        case .modelsFile: "the path of a file in the form that gpt-proxy models --csv prints"
        case .retiredModels: "replace or forward"
        case .inputFormat: "transcript or items"
        case .unsupportedParameters: "drop, reject or forward"
        case .maximumChoices: "a whole number from 1 to 128"
        case .reasoningHeadroom: "a whole number from 0 to 1000000"
        case .reasoningCache: "a size such as 4m or 1g, up to 1g; 0 keeps none"
        case .base: "an address such as https://api.openai.com/v1, or up to nine of them, separated by commas"
        case .organization, .project: "an identifier"
        case .passthrough: "paths without a slash before them, separated by commas; /* behind one means all below it"
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
        case .statusPath: "a path that begins with a slash, such as /status, and is no route"
        case .stateDirectory: "the path of a directory that the program may write to"
        case .logLevel: "trace, debug, info, notice, warning, error or critical"
        case .logFormat: "json or text"
        }
    }

    /// The key's name for the base of that number, where each base may have a value of its own.
    func name(ofBase number: Int) -> String {
        number == 1 ? rawValue : "\(rawValue)_\(number)"
    }

    /// Whether the value must never be shown. Secrets can also be given as files, by the key with `_FILE` behind it.
    public var isSecret: Bool { self == .openAIKey || self == .proxyKey || self == .tokenSecret }

    /// Whether a location of the web server may set it for itself, by the parameter `GPT_PROXY_` and the key.
    public var mayBeOverriddenPerLocation: Bool {
        switch self {
        case .target, .defaultModel, .modelMap, .inputFormat, .unsupportedParameters: true
        default: false
        }
    }
}
