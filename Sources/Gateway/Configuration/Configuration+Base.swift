public import Models
internal import Settings
public import Upstream

extension Configuration {
    /// One address of upstream, with the settings that differ between addresses.
    public struct Base: Sendable {
        /// Its position in the list, from 1, which is the suffix of its settings' names.
        public let number: Int
        /// The address, with the prefix of every path: `https://api.openai.com/v1`.
        public let url: BaseURL
        /// The key for this base. Never shown, never sent to a client.
        let key: ConfiguredValue<String>
        /// The value of `OpenAI-Organization`; nil if it is not sent.
        public var organization: String?
        /// The value of `OpenAI-Project`; nil if it is not sent.
        public var project: String?
        /// The base's own names for models that the first base knows by other names.
        public var modelMap: ModelMap?
    }
}

extension ConfigurationValues {
    /// More addresses than operators have accounts.
    private static let maximumBases = 9

    /// The bases in their order of use; empty after an error, which is recorded.
    ///
    /// The second and later bases have their own keys, with their number as a suffix. Each key must be set: if the first
    /// base's key were the default, a forgotten line would send the operator's key to another company's host.
    mutating func bases() -> [Configuration.Base] {
        let urls = parse(.base) { (text) throws(InvalidConfiguration) in
            try text.split(separator: ",").map { (part) throws(InvalidConfiguration) in
                try BaseURL(String(part.filter { $0 != " " }), mayHaveQuery: true)
            }
        }
        guard let urls else { return [] }
        guard (1...Self.maximumBases).contains(urls.count) else {
            fail(.base, "names \(urls.count) addresses; it must be \(ConfigurationKey.base.allowed)")
            return []
        }
        return urls.enumerated().compactMap { index, url in
            let number = index + 1
            let modelMap = number > 1 ? modelMap(.modelMap, ofBase: number) : nil
            let known = faults.count
            guard let key = secret(.openAIKey, ofBase: number, { $0 }) else {
                if faults.count == known { failAsMissing(.openAIKey, ofBase: number) }
                return nil
            }
            guard number == 1 else { return Configuration.Base(number: number, url: url, key: key, modelMap: modelMap) }
            return Configuration.Base(
                number: number, url: url, key: key, organization: text(.organization), project: text(.project))
        }
    }
}
