internal import Models
internal import Presentation
internal import Translation

/// The catalogue as a table: which model is sent for which name, until when, and what it supports. Current names come first.
struct ModelTable {
    /// The minimum width for columns with all efforts, sampling and prices.
    private static let wide = 120

    private struct Entry {
        let asked: String
        let choice: ModelChoice
        /// The model sent from the current model's shutdown date on.
        let next: ModelSelection?
        /// The shutdown date of the model that is sent now, or of the retired model that it replaced.
        let shutdown: Day?
    }

    private let settings: TranslationSettings
    private let day: Day
    private let width: Int
    private let hasColor: Bool

    /// - Parameters:
    ///   - day: the day that the table describes.
    ///   - width: the terminal's width in columns.
    init(of settings: TranslationSettings, on day: Day, width: Int, hasColor: Bool) {
        self.settings = settings
        self.day = day
        self.width = width
        self.hasColor = hasColor
    }

    var lines: [String] {
        let entries = entries
        let isGone = { (entry: Entry) in entry.choice.retired != nil || entry.shutdown.map { $0 <= day } ?? false }
        let gone = entries.filter(isGone)
        let current = entries.filter { !isGone($0) }
        let sections = [
            ("Current", current.filter { $0.shutdown == nil }),
            ("Ending", Self.byDay(current.filter { $0.shutdown != nil })),
            ("Gone on \(day)", gone),
        ]
        let columns = columns(for: entries)
        var lines = row(columns.map(\.title), columns).map { styled($0, "1") }
        for (title, entries) in sections where !entries.isEmpty {
            lines += ["", styled("\(title) (\(entries.count))", "1")]
            for entry in entries { lines += row(columns.map { $0.text(entry) }, columns) }
        }
        return lines + [""] + TextColumn.lines(of: legend, width: width)
    }

    /// Sorted by shutdown date; stable for equal dates.
    private static func byDay(_ entries: [Entry]) -> [Entry] {
        entries.enumerated().sorted { one, other in
            guard let day = one.element.shutdown, let otherDay = other.element.shutdown, day != otherDay else {
                return one.offset < other.offset
            }
            return day < otherDay
        }.map(\.element)
    }

    private var legend: String {
        let efforts =
            "TAKES are the reasoning efforts; * with temperature, top_p and logprobs, ° with them at effort none."
        let map = "SENT is the model sent upstream, if it is not the one asked for (MODEL_MAP, shutdown)."
        return width >= Self.wide ? map + " Prices are USD per million tokens." : "\(map) \(efforts)"
    }

    // MARK: Entries

    /// The model map's names first, then the catalogue's.
    private var entries: [Entry] {
        let availability = settings.availability(on: day)
        let mapped = settings.configuredChoices(availability).compactMap { configured in
            configured.asked.map { entry($0.text, configured.choice) }
        }
        let names = Set(mapped.map(\.asked))
        let others = settings.catalogue.names.filter { !names.contains($0) }
        return mapped + others.map { entry($0, choice(of: $0, availability)) }
    }

    private func entry(_ name: String, _ choice: ModelChoice) -> Entry {
        let sent = choice.sent
        guard let shutdown = sent.shutdown, shutdown > day else {
            let retired = choice.retired.map { settings.catalogue.model(named: $0) }
            return Entry(asked: name, choice: choice, next: nil, shutdown: (retired ?? sent).shutdown)
        }
        let then = self.choice(of: sent.name, settings.availability(on: shutdown))
        let next = then.retired == nil ? nil : ModelSelection(then.sent.name, effort: then.effortSent)
        return Entry(asked: name, choice: choice, next: next, shutdown: shutdown)
    }

    private func choice(of name: String, _ availability: ModelAvailability?) -> ModelChoice {
        ModelChoice(mapped: ModelSelection(name), catalogue: settings.catalogue, availability: availability)
    }

    // MARK: Columns

    private struct Column {
        let title: String
        let width: Int
        let text: (Entry) -> String
    }

    private func columns(for entries: [Entry]) -> [Column] {
        let ends = Column(title: "ENDS", width: 10) { $0.shutdown?.description ?? "" }
        guard width >= Self.wide else {
            // The width that remains for the two columns of names.
            let rest = max(24, width - 10 - 14 - 3 * Self.gap)
            let asked = min(28, rest * 11 / 20)
            return [
                Column(title: "ASKED", width: asked, text: \.asked),
                Column(title: "SENT", width: rest - asked) { Self.sent($0) }, ends,
                Column(title: "TAKES", width: 14) { Self.takes($0.choice.sent) },
            ]
        }
        func column(_ title: String, _ text: @escaping (Entry) -> String) -> Column {
            let widths = entries.map { TextColumn.width(of: text($0)) }
            return Column(title: title, width: max(title.count, widths.max() ?? 0), text: text)
        }
        return [
            column("ASKED", \.asked), column("SENT", Self.sent), ends,
            column("EFFORTS") { Self.efforts($0.choice.sent, inFull: true) },
            column("SAMPLING") { Self.sampling($0.choice.sent) },
            column("IN/CACHED/OUT") { Self.price($0.choice.sent) },
        ]
    }

    private static func sent(_ entry: Entry) -> String {
        let sent = ModelSelection(entry.choice.sent.name, effort: entry.choice.effortSent).description
        let now = sent == entry.asked ? "" : sent
        guard let next = entry.next else { return now }
        return now.isEmpty ? "then \(next)" : "\(now), then \(next)"
    }

    private static func takes(_ model: Model) -> String {
        let mark =
            switch model.sampling {
            case .always: " *"
            case .effortNone: " °"
            case .never, nil: ""
            }
        return efforts(model, inFull: false) + mark
    }

    private static func efforts(_ model: Model, inFull: Bool) -> String {
        switch model.efforts {
        case .unknown: "any"
        case .unsupported: "–"
        case .only(let efforts) where inFull: efforts.map(\.rawValue).joined(separator: " ")
        case .only(let efforts) where efforts.count == 1: efforts[0].rawValue
        case .only(let efforts): "\(efforts[0].rawValue)–\(efforts[efforts.count - 1].rawValue)"
        }
    }

    private static func sampling(_ model: Model) -> String {
        switch model.sampling {
        case .always: "always"
        case .effortNone: "at none"
        case .never: "never"
        case nil: "–"
        }
    }

    private static func price(_ model: Model) -> String {
        guard let rates = model.price?.rates else { return "" }
        return [rates.input, rates.cachedInput, rates.output].map { price in
            // Without a fraction if it is a whole number.
            price == price.rounded() && price < 1e6 ? "\(Int(price))" : "\(price)"
        }.joined(separator: "/")
    }

    // MARK: Lines

    private static let gap = 2

    /// A row, with as many lines as its longest cell.
    private func row(_ cells: [String], _ columns: [Column]) -> [String] {
        let parts = zip(cells, columns).map { TextColumn.lines(of: PlainText.of($0), width: $1.width) }
        return (0..<(parts.map(\.count).max() ?? 0)).map { index in
            let line = zip(parts, columns).map { lines, column in
                TextColumn.padded(index < lines.count ? lines[index] : "", to: column.width)
            }.joined(separator: String(repeating: " ", count: Self.gap))
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func styled(_ text: String, _ rendition: String) -> String {
        hasColor ? "\u{1B}[\(rendition)m\(text)\u{1B}[0m" : text
    }
}
