/// The reason why a token is invalid, as logged. Clients do not get it: an attacker who forges tokens would learn from it.
public enum TokenFault: String, Error, Sendable {
    /// It is not a token in compact form, or has a critical extension.
    case malformed = "token_malformed"
    /// Its type is not that of an access token: an ID token, a refresh token or a logout token.
    case type = "token_type"
    /// Its algorithm is not the one of its key.
    case algorithm = "token_algorithm"
    /// No key has its key id.
    case unknownKey = "token_key_unknown"
    /// No key made its signature.
    case signature = "token_signature"
    /// Another issuer made it.
    case issuer = "token_issuer"
    /// It is meant for another service.
    case audience = "token_audience"
    /// It has expired.
    case expired = "token_expired"
    /// It is not valid yet.
    case notYetValid = "token_not_yet_valid"
    /// A required claim is missing, or a claim has the wrong type.
    case claims = "token_claims"
}
