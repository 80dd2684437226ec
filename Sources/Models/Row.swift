/// A row of the catalogue: the facts about the models that its pattern matches.
struct Row: Sendable {
    /// The content of a cell.
    enum Cell<Value: Sendable>: Sendable {
        /// Empty: the value of the next less specific row applies.
        case inherited
        /// No value (`-`).
        case nothing
        case value(Value)

        var value: Value? { if case .value(let value) = self { value } else { nil } }

        /// This cell, or if it is empty, that of a less specific row.
        func inheriting(_ other: Cell) -> Cell {
            if case .inherited = self { other } else { self }
        }
    }

    var pattern = ModelPattern("")
    /// The row's line number, from 1.
    var line = 0

    var reasoning = Cell<Model.Reasoning>.inherited
    var efforts = Cell<Model.Efforts>.inherited
    var defaultEffort = Cell<Effort>.inherited
    var sampling = Cell<Model.Sampling>.inherited
    var wantsPhase = Cell<Bool>.inherited
    var chat = Cell<Model.ChatSupport>.inherited
    var isServedByResponses = Cell<Bool>.inherited
    var shutdown = Cell<Day>.inherited
    var replacement = Cell<String>.inherited
    var replacementEffort = Cell<Effort>.inherited
    var input = Cell<Double>.inherited
    var cachedInput = Cell<Double>.inherited
    var cacheWrite = Cell<Double>.inherited
    var output = Cell<Double>.inherited
    var longContextFrom = Cell<Int>.inherited
    var longInput = Cell<Double>.inherited
    var longCachedInput = Cell<Double>.inherited
    var longOutput = Cell<Double>.inherited

    /// Fills the empty cells from a less specific row.
    mutating func inherit(from other: Row) {
        // The effort belongs to this row's replacement and is not inherited from another row.
        if case .inherited = replacement {} else if case .inherited = replacementEffort { replacementEffort = .nothing }
        reasoning = reasoning.inheriting(other.reasoning)
        efforts = efforts.inheriting(other.efforts)
        defaultEffort = defaultEffort.inheriting(other.defaultEffort)
        sampling = sampling.inheriting(other.sampling)
        wantsPhase = wantsPhase.inheriting(other.wantsPhase)
        chat = chat.inheriting(other.chat)
        isServedByResponses = isServedByResponses.inheriting(other.isServedByResponses)
        shutdown = shutdown.inheriting(other.shutdown)
        replacement = replacement.inheriting(other.replacement)
        replacementEffort = replacementEffort.inheriting(other.replacementEffort)
        input = input.inheriting(other.input)
        cachedInput = cachedInput.inheriting(other.cachedInput)
        cacheWrite = cacheWrite.inheriting(other.cacheWrite)
        output = output.inheriting(other.output)
        longContextFrom = longContextFrom.inheriting(other.longContextFrom)
        longInput = longInput.inheriting(other.longInput)
        longCachedInput = longCachedInput.inheriting(other.longCachedInput)
        longOutput = longOutput.inheriting(other.longOutput)
    }

    /// The facts about a model, after all less specific rows have been inherited.
    func model(named name: String, hasOwnRow: Bool) -> Model {
        // A pattern may also match its own replacement, which must not inherit the shutdown.
        let isOwnReplacement = replacement.value == name
        return Model(
            name: name, hasOwnRow: hasOwnRow, reasoning: reasoning.value ?? .never, efforts: efforts.value ?? .unknown,
            defaultEffort: defaultEffort.value, sampling: sampling.value, wantsPhase: wantsPhase.value ?? false,
            chat: chat.value ?? .yes, isServedByResponses: isServedByResponses.value ?? true,
            shutdown: isOwnReplacement ? nil : shutdown.value,
            replacement: isOwnReplacement
                ? nil : replacement.value.map { ModelSelection($0, effort: replacementEffort.value) },
            price: price)
    }

    /// Reading from a cache and writing to one cost as much as other input if no other price is known.
    private var price: Price? {
        guard let input = input.value else { return nil }
        let rates = Price.Rates(
            input: input, cachedInput: cachedInput.value ?? input, cacheWrite: cacheWrite.value ?? input,
            output: output.value ?? 0)
        guard let from = longContextFrom.value, let longInput = longInput.value else {
            return Price(rates: rates, longContext: nil)
        }
        let long = Price.Rates(
            input: longInput, cachedInput: longCachedInput.value ?? longInput,
            // Cache writes cost double in a long context; OpenAI does not list a separate price.
            cacheWrite: cacheWrite.value.map { $0 * 2 } ?? longInput, output: longOutput.value ?? rates.output)
        return Price(rates: rates, longContext: Price.LongContext(threshold: from, rates: long))
    }
}
