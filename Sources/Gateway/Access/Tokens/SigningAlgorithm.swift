/// How a token is signed (RFC 7518, section 3.1; RFC 8037, section 3.1), by the name that its header has for it. What is not
/// here is refused, `none` before all.
enum SigningAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"
    case hs256 = "HS256"
}
