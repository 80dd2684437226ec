internal import CGI
internal import Models
internal import Translation

/// A line of the keys file; everything after the digest is optional:
/// `LABEL sha256:DIGEST expires=2027-01-31 models=gpt-4o*,gpt-5 target=chat limits=high explain=yes`.
public struct KeyEntry: Sendable {
    /// The caller whose key it is, with its permissions.
    public let caller: Caller
    let digest: KeyDigest
    /// When the key expires, in seconds since 1970: at the end of the given day, in UTC. Nil for never.
    public let expires: Double?

    /// - Throws: ``KeysFileFault``, without the line number.
    init(parsing line: Substring) throws(KeysFileFault) {
        var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        let label = words.removeFirst()
        guard Self.isLabel(label) else {
            throw KeysFileFault("the label '\(label)' must be up to 64 of the characters A-Z a-z 0-9 . _ - @")
        }
        guard let word = words.first, word.hasPrefix("sha256:"),
            let digest = KeyDigest(hexadecimal: word.dropFirst("sha256:".count))
        else { throw KeysFileFault("the label must be followed by sha256: and 64 hexadecimal digits") }
        var caller = Caller(identity: .key(label: label), label: label)
        var expires: Double?
        for word in words.dropFirst() {
            let sides = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch (sides.first, sides.count == 2 ? sides[1] : "") {
            case ("expires", let text) where Day(text) != nil: expires = Day(text).map(Self.end)
            case ("models", let text) where !text.isEmpty:
                caller.models = text.split(separator: ",").map { ModelPattern(String($0)) }
            case ("target", let text) where Target(rawValue: text) != nil: caller.target = Target(rawValue: text)
            case ("limits", let text) where Self.isLabel(text): caller.limits = text
            case ("explain", "yes"): caller.mayExplain = true
            default:
                throw KeysFileFault(
                    "'\(word)' is not one of expires=YEAR-MONTH-DAY, models=NAME,NAME, "
                        + "target=\(Target.allCases.map(\.rawValue).joined(separator: "|")), limits=WORD, explain=yes")
            }
        }
        self.caller = caller
        self.digest = digest
        self.expires = expires
    }

    /// The end of a day in UTC, in seconds since 1970.
    private static func end(of day: Day) -> Double {
        Double(day.daysSince1970 + 1) * 24 * 3600
    }

    /// A name from a token, made safe for logs and headers; different names stay different, and differ from all labels of
    /// keys. The end of a long name is replaced with the beginning of its SHA-256.
    static func label(encoding text: String) -> String {
        let label = "jwt:" + PercentEncoding.encode(text, isLabelByte)
        guard label.utf8.count > 64 else { return label }
        let digest = KeyDigest(of: text).hexadecimal
        return label.prefix(47) + "~" + digest.prefix(16)
    }

    /// Whether a word is safe for logs and headers.
    static func isLabel(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy(isLabelByte)
    }

    static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "@"):
            true
        default: false
        }
    }
}
