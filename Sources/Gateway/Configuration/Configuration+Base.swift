public import Models
public import Upstream

extension Configuration {
    /// An address that upstream can be asked at, with what is not the same everywhere.
    public struct Base: Sendable {
        /// Its place in the list, from 1 up, which stands behind the names of its settings.
        let number: Int
        /// Where it is, with the beginning of every path: `https://api.openai.com/v1`.
        public let url: BaseURL
        /// The key that is good there. Never shown, never sent to a client.
        let key: ConfiguredValue<String>
        /// What is sent as `OpenAI-Organization`; nil sends none.
        public var organization: String?
        /// What is sent as `OpenAI-Project`; nil sends none.
        public var project: String?
        /// What models are called there that the first base knows by another name.
        public var modelMap: ModelMap?
    }
}

extension ConfigurationValues {
    /// As many addresses as anyone has accounts; and a bit for each fits into a word.
    private static let maximumBases = 9

    /// The bases in the order in which they are asked; none when something is at fault, which is noted.
    ///
    /// The keys of the second base and those after it have its number behind their names. Each must say its key: where
    /// the first one's were taken, a forgotten line would hand the operator's key to somebody else's host.
    mutating func bases() -> [Configuration.Base] {
        let urls = parse(.base) { (text) throws(InvalidConfiguration) in
            try text.split(separator: ",").map { (part) throws(InvalidConfiguration) in
                try BaseURL(String(part.filter { $0 != " " }))
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
