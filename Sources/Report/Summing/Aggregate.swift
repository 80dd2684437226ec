internal import Models

/// The sums of one worker's lines; the workers' sums are added at the end.
struct Aggregate {
    /// The maximum number of rows, because a row's histograms take a few kilobytes. Requests beyond it share one row.
    static let rowLimit = 10_000

    private let selection: Selection
    private var callers = NameTable()
    private var models = NameTable()
    private var routes = NameTable()
    private var errors = NameTable()
    private var tiers = NameTable()
    /// By number of the caller or model: whether it is selected, and the model's price.
    private var callerCounts: [Bool] = []
    private var modelCounts: [Bool] = []
    private var prices: [Price?] = []
    /// By number of the service tier: its cost factor.
    private var tierFactors: [Double] = []

    private var rows: [Key: Int] = [:]
    private var tallies: [Tally] = []
    private var last: (key: Key, index: Int)?
    private var hours: [Int: Interval] = [:]
    private var callerTokens: [Tokens] = []
    private var modelTokens: [Tokens] = []
    private var unpricedModels: Set<Int> = []
    var counts = LineCounts()

    init(_ selection: Selection) {
        self.selection = selection
    }

    /// The key of a row; 0 for dimensions that are not used.
    private struct Key: Hashable {
        var day = 0
        var caller = NameTable.none
        var model = NameTable.none
        var route = NameTable.none
        var status = 0
        var error = NameTable.none
    }

    /// - Parameter bytes: the bytes that the line's ranges refer to.
    mutating func add(_ line: RequestLine, _ bytes: RawSpan) {
        counts.requests += 1
        guard selection.includes(time: line.time) else { return counts.leftOut += 1 }
        let caller = line.caller.map { callers.number(of: bytes.extracting($0)) } ?? NameTable.none
        let model = line.model.map { models.number(of: bytes.extracting($0)) } ?? NameTable.none
        let tier = line.tier.map { tiers.number(of: bytes.extracting($0)) } ?? NameTable.none
        noteNewNames()
        guard callerCounts[caller], modelCounts[model] else { return counts.leftOut += 1 }
        let cost = Cost(of: line.tokens, at: prices[model], times: tierFactors[tier])
        tallies[row(of: line, caller: caller, model: model, bytes)].add(line, cost)
        hours[line.time / 3600, default: Interval()].add(line, cost)
        callerTokens[caller] += line.tokens
        modelTokens[model] += line.tokens
        if cost.unpriced > 0 { unpricedModels.insert(model) }
    }

    private mutating func noteNewNames() {
        while callerCounts.count < callers.texts.count {
            callerCounts.append(selection.includes(caller: callers.texts[callerCounts.count]))
            callerTokens.append(Tokens())
        }
        while modelCounts.count < models.texts.count {
            let name = models.texts[modelCounts.count]
            modelCounts.append(selection.includes(model: name))
            modelTokens.append(Tokens())
            prices.append(name.flatMap { selection.catalogue.model(named: $0).price })
        }
        while tierFactors.count < tiers.texts.count {
            tierFactors.append(Price.factor(ofTier: tiers.texts[tierFactors.count]))
        }
    }

    private mutating func row(of line: RequestLine, caller: Int, model: Int, _ bytes: RawSpan) -> Int {
        var key = Key()
        for dimension in selection.dimensions {
            switch dimension {
            case .day: key.day = line.time / Moment.secondsPerDay
            case .caller: key.caller = caller
            case .model: key.model = model
            case .route: key.route = line.route.map { routes.number(of: bytes.extracting($0)) } ?? NameTable.none
            case .status: key.status = line.status
            case .error: key.error = line.error.map { errors.number(of: bytes.extracting($0)) } ?? NameTable.none
            }
        }
        if let last, last.key == key { return last.index }
        let index = index(of: key)
        last = (key, index)
        return index
    }

    private mutating func index(of key: Key) -> Int {
        var key = key
        if let index = rows[key] { return index }
        if rows.count >= Self.rowLimit {
            key = others
            if let index = rows[key] { return index }
        }
        rows[key] = tallies.count
        tallies.append(Tally())
        return tallies.count - 1
    }

    /// The key of the row for requests beyond ``rowLimit``.
    private var others: Key {
        let others = NameTable.others
        return Key(day: 0, caller: others, model: others, route: others, status: 0, error: others)
    }

    /// The sums with names in place of numbers.
    var summary: Summary {
        var summary = Summary(selection)
        summary.counts = counts
        summary.hours = hours
        for (key, index) in rows { summary.rows[words(key), default: Tally()] += tallies[index] }
        summary.callers = Self.sums(callerTokens, callers)
        summary.models = Self.sums(modelTokens, models)
        summary.unpricedModels = Set(unpricedModels.map { models.texts[$0] ?? Summary.placeholder })
        return summary
    }

    private static func sums(_ tokens: [Tokens], _ names: NameTable) -> [String: Tokens] {
        var sums: [String: Tokens] = [:]
        for (number, tokens) in tokens.enumerated() where tokens.sum > 0 {
            sums[names.texts[number] ?? Summary.placeholder, default: Tokens()] += tokens
        }
        return sums
    }

    private func words(_ key: Key) -> [String] {
        selection.dimensions.map { dimension in
            switch dimension {
            case .day: key.day == 0 ? NameTable.othersText : Day(daysSince1970: key.day).description
            case .caller: callers.texts[key.caller] ?? ""
            case .model: models.texts[key.model] ?? ""
            case .route: routes.texts[key.route] ?? ""
            case .status: key.status == 0 ? NameTable.othersText : String(key.status)
            case .error: errors.texts[key.error] ?? ""
            }
        }
    }
}
