internal import Access
internal import Crypto

/// Binds the ids of stored responses, conversations and their items to the caller who made them.
///
/// Upstream stores them for the operator and knows no callers. If callers can be told apart, each gets ids that end with a
/// message authentication code of itself and upstream's id; only such an id of the caller's own is accepted, and upstream gets
/// its own id back. Nothing is stored here, so ids work in every process and on every host with the same `OPENAI_API_KEY`.
struct StoredIDs: Sendable {
    /// Derived from the operator's key, which no caller has.
    private let key: SymmetricKey
    private let caller: Caller.Identity

    /// The length of the code, in characters: 128 bits.
    private static let codeLength = 32

    init(key: SymmetricKey, caller: Caller.Identity) {
        self.key = key
        self.caller = caller
    }

    /// The caller's id for upstream's.
    func bound(_ id: String) -> String {
        "\(id)-\(code(of: id))"
    }

    /// Upstream's id for the caller's; nil if it is not one of this caller's.
    func original(_ bound: String) -> String? {
        guard let end = bound.lastIndex(of: "-") else { return nil }
        let id = String(bound[..<end])
        let code = bound[end...].dropFirst()
        return code.utf8.count == Self.codeLength && Self.areEqual(code, self.code(of: id)) ? id : nil
    }

    private func code(of id: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(caller.scoped(id).utf8), using: key)
        return String(code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().prefix(Self.codeLength))
    }

    /// Compares in a time that does not depend on where the first difference is.
    private static func areEqual(_ one: Substring, _ other: String) -> Bool {
        zip(one.utf8, other.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
