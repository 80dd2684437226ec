internal import Settings

/// Refuses secrets that could be guessed.
enum SecretStrength {
    /// - Parameters:
    ///   - secret: a key or a secret that the operator chose.
    ///   - length: the minimum length, in bytes.
    /// - Throws: the reason why it is too weak.
    static func check(_ secret: String, atLeast length: Int) throws(ValueFault) {
        guard secret != "changeme" else { throw ValueFault("is 'changeme', which is publicly known") }
        guard secret.utf8.count >= length else { throw ValueFault("is shorter than \(length) bytes") }
        // Of 16 random hexadecimal digits, practically none has fewer.
        guard Set(secret.utf8).count >= 6 else { throw ValueFault("has too few different characters") }
    }
}
