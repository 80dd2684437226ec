/// The reason why a token is invalid, as logged. Clients do not get it: an attacker who forges tokens would learn from it.
enum TokenFault: String, Error, Sendable {
    case malformed = "token_malformed"
    case algorithm = "token_algorithm"
    case unknownKey = "token_key_unknown"
    case signature = "token_signature"
    case issuer = "token_issuer"
    case audience = "token_audience"
    case expired = "token_expired"
    case notYetValid = "token_not_yet_valid"
    case claims = "token_claims"
}
