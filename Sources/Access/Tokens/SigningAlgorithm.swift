/// The signature algorithm of a token (RFC 7518, section 3.1; RFC 8037, section 3.1), by its name in the header. Any other
/// is rejected, above all `none`.
enum SigningAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"
    case hs256 = "HS256"
}
