internal import JSON
internal import Models
internal import Translation

/// The claims that a token must have, and the claims that are read from it.
struct TokenRules: Sendable {
    /// The permitted clock difference, in seconds.
    private static let leeway: Double = 60

    /// The values of Keycloak's claim `typ` in tokens that are not for services.
    private static let otherTypes: Set<String> = ["id", "refresh", "offline", "logout"]

    /// The required issuer (`iss`) and audience (`aud`); nil if not checked.
    var issuer: String?
    var audience: String?
    /// The claim that names the caller.
    var labelClaim: String
    /// The claim that lists the models that the caller may use, as an array or separated by commas. Without this claim, the
    /// caller may use all models.
    var modelsClaim: String

    /// The caller that a token's claims identify.
    ///
    /// - Parameter now: the current time in seconds since 1970.
    func caller(_ claims: Value, at now: Double) throws(TokenFault) -> Caller {
        if let issuer {
            guard claims["iss"]?.string == issuer else { throw .issuer }
        }
        if let audience {
            guard let claim = claims["aud"], claim.texts?.contains(audience) == true else { throw .audience }
        }
        // Keycloak names the type in a claim: Bearer for access tokens.
        if let type = claims["typ"]?.string, Self.otherTypes.contains(type.lowercased()) { throw .type }
        guard let expiry = claims["exp"] else { throw .claims }
        guard try now < expiry.moment + Self.leeway else { throw .expired }
        if let start = claims["nbf"] {
            guard try start.moment <= now + Self.leeway else { throw .notYetValid }
        }
        guard let label = claims.member(labelClaim)?.string, !label.isEmpty, label.utf8.count <= 255 else {
            throw .claims
        }
        guard let subject = claims["sub"].map({ $0.string }) ?? label, subject.utf8.count <= 255 else { throw .claims }
        var caller = Caller(
            identity: .token(issuer: claims["iss"]?.string, subject: subject), label: KeyEntry.label(encoding: label))
        if let models = claims.member(modelsClaim) {
            guard let names = models.texts else { throw .claims }
            caller.models = names.flatMap { $0.split(separator: ",") }.map { ModelPattern(String($0)) }
        }
        caller.mayExplain = claims["explain"]?.bool == true
        return caller
    }
}

extension Value {
    /// RFC 7519's NumericDate.
    fileprivate var moment: Double {
        get throws(TokenFault) {
            guard let number = numberText.flatMap(Double.init), number.isFinite else { throw .claims }
            return number
        }
    }

    /// A string or an array of strings, the two forms of `aud`; otherwise nil.
    fileprivate var texts: [String]? {
        if let string { return [string] }
        guard kind == .array else { return nil }
        let texts = elements.map(\.string)
        return texts.contains(nil) ? nil : texts.compactMap { $0 }
    }

    fileprivate func member(_ name: String) -> Value? {
        members.first { $0.name == name }?.value
    }
}
