/// A plot in a card: title, legend, drawing, and words for those who do not see it.
struct Figure {
    /// What a mark of the drawing means.
    struct Mark {
        /// The style's class of the mark.
        let style: String
        let name: String
    }

    let title: String
    var legend: [Mark] = []
    /// What the drawing shows, in a sentence.
    let description: String
    /// The height in units of which the width has ``width``.
    var height = 220.0
    /// The drawing.
    let drawing: String

    static let width = 400.0

    var html: String {
        let marks = legend.map { "<span><i class=\"\($0.style)\"></i>\(Markup.escaped($0.name))</span>" }.joined()
        return """
            <figure>
            <figcaption><h2>\(Markup.escaped(title))</h2><p class="legend">\(marks)</p></figcaption>
            <svg viewBox="0 0 \(Int(Self.width)) \(Int(height))" role="img" aria-label="\(Markup.escaped(description))">
            \(drawing)</svg>
            </figure>

            """
    }
}
