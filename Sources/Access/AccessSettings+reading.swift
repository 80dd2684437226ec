public import Settings

extension AccessSettings {
    /// Reads the callers' keys and tokens; it is an error if there are none.
    public init(_ values: inout ConfigurationValues) {
        let known = values.faults.count
        keys = values.file(.keysFile, limit: KeysFile.sizeLimit) { try KeyRing(parsing: $0) }
        grace = values.duration(.keysFileGrace, mayBeZero: true)
        tokens = Tokens(&values)
        sharedKey = values.secret(.proxyKey, KeyDigest.ofSharedKey)
        if sharedKey == nil, keys == nil, tokens == nil, values.faults.count == known {
            values.failAsMissing(.proxyKey)
        }
    }
}

extension AccessSettings.Tokens {
    /// Nil if no source of keys is set.
    fileprivate init?(_ values: inout ConfigurationValues) {
        let known = values.faults.count
        let secret = values.secret(.tokenSecret, KeySet.ofSecret).map { Keys.secret($0) }
        let file = values.file(.tokenKeysFile, limit: KeySet.maximumSize) { try KeySet(parsing: $0) }.map {
            Keys.file($0)
        }
        let published = values.parse(.tokenKeysURL) { try PublishedKeys.Address($0) }.map { Keys.published($0) }
        let issuer = values.text(.tokenIssuer)
        let audience = values.text(.tokenAudience)
        let sources = [secret, file, published].compactMap { $0 }
        guard let keys = sources.first else {
            let forNothing: ConfigurationKey? = issuer != nil ? .tokenIssuer : audience != nil ? .tokenAudience : nil
            if let forNothing, values.faults.count == known {
                values.fail(
                    forNothing, "is set, but no token can be checked: set JWT_JWKS_URL, JWT_JWKS_FILE or JWT_SECRET too"
                )
            }
            return nil
        }
        if sources.count > 1 {
            values.fail(.tokenKeysURL, "only one of JWT_JWKS_URL, JWT_JWKS_FILE and JWT_SECRET can be set")
        }
        // An issuer's keys sign tokens for all its applications: without these two checks, a token for any of them would be
        // accepted.
        if secret == nil {
            if issuer == nil { values.failAsMissing(.tokenIssuer) }
            if audience == nil { values.failAsMissing(.tokenAudience) }
        }
        self.init(
            keys: keys,
            rules: TokenRules(
                issuer: issuer, audience: audience, labelClaim: values.text(.tokenLabelClaim) ?? "",
                modelsClaim: values.text(.tokenModelsClaim) ?? ""))
    }
}
