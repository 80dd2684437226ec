internal import JSON

/// Compares a client's request with the upstream request field by field, and assigns each notice to its field.
struct Comparison {
    private typealias Row = Explanation.Row

    private let given: Value
    private let sent: Value?
    /// The `input` values of all requests, if there are several.
    private let inputs: [Value]
    private let context: ReplyContext?
    /// The notices that are in no row yet.
    private var notices: [Notice]
    /// The upstream fields that are in a row.
    private var shown: Set<String> = []
    private var collected: [Explanation.Row] = []

    init(of given: Value, with requests: [TranslatedRequest]) {
        self.given = given
        let bodies = requests.compactMap { try? Document(parsing: $0.body, maximumDepth: 512).root }
        sent = bodies.first
        inputs = bodies.count > 1 ? bodies.compactMap { $0["input"] } : []
        context = requests.first?.context
        notices = requests.first?.notices ?? []
    }

    mutating func rows() -> [Explanation.Row] {
        for member in given.members { compare(member.name, member.value) }
        if let sent { for member in sent.members { compareAddition(member.name, member.value) } }
        for notice in notices { add(notice) }
        return collected
    }

    // MARK: Client fields

    private mutating func compare(_ name: String, _ value: Value) {
        let notice = take(exactly: name)
        let isDropped = notice?.kind == .dropped && context?.limitField != name
        if !isDropped, compareParts(of: name, value) {
            if let notice { add(notice) }
        } else if isDropped {
            add(name, nil, value, nil, notice)
        } else if let (path, counterpart) = counterpart(of: name, value) {
            shown.insert(root(of: path))
            add(name, path, value, counterpart, notice)
        } else if let notice {
            add(name, nil, value, nil, notice)
        } else {
            let isDoneHere = name == "echo" && value.bool == true
            add(
                name, nil, value, nil, change: isDoneHere ? .emulated : .unneeded,
                FieldTable.reasonForAbsence(value.isNull || value.bool == false ? nil : name))
        }
        for inner in takeAll(within: name) { add(inner) }
    }

    /// The path and the value of a field in the upstream request.
    private func counterpart(of name: String, _ value: Value) -> (path: String, value: Value)? {
        if let same = sent?.member(at: name), same.isSame(as: value) { return (name, same) }
        guard !value.isNull, value.bool != false, !givesWay(name) else { return nil }
        for path in FieldTable.otherNames[name] ?? [] {
            if let found = sent?.member(at: path), !shown.contains(path) { return (path, found) }
        }
        return sent?.member(at: name).map { (name, $0) }
    }

    private func givesWay(_ name: String) -> Bool {
        FieldTable.successors[name].flatMap { given.member(at: $0) }?.isNull == false
    }

    // MARK: Parts of a field

    /// Adds a row for each element of a list. Returns false if the field is compared as a whole.
    private mutating func compareParts(of name: String, _ value: Value) -> Bool {
        switch name {
        case "messages": compareMessages(value)
        case "prompt": comparePrompts(value)
        case "tools", "functions": compareTools(name, Array(value.elements))
        case "web_search_options": compareTools(name, [value])
        default: false
        }
    }

    private mutating func compareMessages(_ messages: Value) -> Bool {
        guard messages.kind == .array else { return false }
        for list in ["input", "messages"] {
            guard let items = sent?.member(at: list), items.kind == .array else { continue }
            let elements = Array(items.elements)
            let ranges = list == "input" ? ItemAlignment.ranges(of: messages, in: elements) : each(elements)
            guard let ranges else { return false }
            shown.insert(list)
            for (index, (message, range)) in zip(messages.elements, ranges).enumerated() {
                compare(message, at: "messages[\(index)]", with: elements[range], of: list)
            }
            return true
        }
        return false
    }

    private func each(_ elements: [Value]) -> [Range<Int>] { elements.indices.map { $0..<$0 + 1 } }

    private mutating func compare(_ message: Value, at path: String, with items: ArraySlice<Value>, of list: String) {
        let exact = takeAll(exactly: path)
        add(path, items.isEmpty ? nil : "\(list)[\(items.startIndex)]", message, items.first, exact.first)
        for (index, item) in zip(items.indices, items).dropFirst() {
            add(path, "\(list)[\(index)]", nil, item, change: .translated, nil)
        }
        for notice in exact.dropFirst() { add(notice) }
        for inner in takeAll(within: path) { add(inner) }
    }

    /// Each of several prompts becomes a separate request.
    private mutating func comparePrompts(_ prompts: Value) -> Bool {
        guard prompts.kind == .array, !inputs.isEmpty else { return false }
        shown.insert("input")
        for (index, (prompt, input)) in zip(prompts.elements, inputs).enumerated() {
            add("prompt[\(index)]", "input", prompt, input, nil)
        }
        return true
    }

    /// Tools of all kinds become one list, in the order in which the translation writes them.
    private mutating func compareTools(_ name: String, _ tools: [Value]) -> Bool {
        guard let list = sent?["tools"], list.kind == .array, !tools.isEmpty else { return false }
        let earlier = ["tools", "functions"].prefix { $0 != name }
        let start = earlier.reduce(0) { $0 + (given.member(at: $1).map { Array($0.elements).count } ?? 0) }
        let sent = Array(list.elements).dropFirst(start)
        guard sent.count >= tools.count else { return false }
        shown.insert("tools")
        for (index, (tool, item)) in zip(tools, sent).enumerated() {
            let field = name == "web_search_options" ? name : "\(name)[\(index)]"
            add(field, "tools[\(start + index)]", tool, item, nil)
        }
        return true
    }

    // MARK: Added fields

    private mutating func compareAddition(_ name: String, _ value: Value) {
        let isSealed = name == "include" && value.elements.contains { $0.isString("reasoning.encrypted_content") }
        guard !shown.contains(name) || isSealed else { return }
        let notice = take(exactly: name)
        add(nil, name, nil, value, change: .added, notice?.reason ?? FieldTable.reasonForPresence(name))
    }

    // MARK: Rows

    private mutating func add(
        _ field: String, _ sentAs: String?, _ before: Value, _ after: Value?, _ notice: Notice?
    ) {
        let change = notice.map { Explanation.Change($0.kind) } ?? Self.change(field, sentAs, before, after)
        add(field, sentAs, before, after, change: change, notice?.reason ?? reason(field, change))
    }

    private mutating func add(
        _ field: String?, _ sentAs: String?, _ before: Value?, _ after: Value?, change: Explanation.Change,
        _ reason: String?
    ) {
        collected.append(
            Row(field: field, sentAs: sentAs, before: before, after: after, change: change, reason: reason))
    }

    private mutating func add(_ notice: Notice) {
        add(notice.field, nil, nil, nil, change: .init(notice.kind), notice.reason)
    }

    private static func change(
        _ field: String, _ sentAs: String?, _ before: Value, _ after: Value?
    ) -> Explanation.Change {
        guard let after else { return .unneeded }
        guard before.isSame(as: after) else { return .translated }
        return field == sentAs ? .kept : .renamed
    }

    private func reason(_ field: String, _ change: Explanation.Change) -> String? {
        switch (field, change) {
        case ("model", .translated): "is mapped (MODEL_MAP)"
        case ("messages", .translated): "are sent as a transcript (INPUT_FORMAT)"
        default: nil
        }
    }

    // MARK: Notices

    private mutating func take(exactly field: String) -> Notice? {
        guard let index = notices.firstIndex(where: { $0.field == field }) else { return nil }
        return notices.remove(at: index)
    }

    private mutating func takeAll(exactly field: String) -> [Notice] {
        takeAll { $0.field == field }
    }

    private mutating func takeAll(within field: String) -> [Notice] {
        takeAll { $0.field.hasPrefix(field + ".") || $0.field.hasPrefix(field + "[") }
    }

    private mutating func takeAll(where isWanted: (Notice) -> Bool) -> [Notice] {
        let taken = notices.filter(isWanted)
        notices.removeAll(where: isWanted)
        return taken
    }

    private func root(of path: String) -> String {
        String(path.prefix { $0 != "." })
    }
}
