/// A plot in a card: title, legend, drawing, and a description for screen readers.
struct Figure {
    /// An entry of the legend.
    struct Mark {
        /// The CSS class of the mark.
        let style: String
        let name: String
    }

    let title: String
    var legend: [Mark] = []
    /// A sentence that describes the drawing.
    let description: String
    /// The height, in the units of ``width``.
    var height = 220.0
    /// SVG elements.
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
