internal import Glibc

/// The frame of a plot: a vertical axis from zero with a few round numbers, and a horizontal one.
struct Axes {
    let left = 46.0, right = Figure.width - 6, top = 10.0, bottom = 186.0
    /// The value at the top.
    let limit: Double
    private let step: Double
    private let format: (Double) -> String

    /// - Parameters:
    ///   - greatest: the greatest value in the plot.
    ///   - whole: whether values are counts, so that the axis has only integers.
    ///   - format: formats a value at the axis.
    init(greatest: Double, whole: Bool, format: @escaping (Double) -> String) {
        let rough = max(greatest, whole ? 1 : 0.000_001) / 4
        let power = pow(10, floor(log10(rough)))
        let round = [1, 2, 2.5, 5, 10].first { $0 * power >= rough } ?? 10
        step = whole ? max(1, (round * power).rounded(.up)) : round * power
        limit = step * max(1, (greatest / step).rounded(.up))
        self.format = format
    }

    /// The vertical position of a value.
    func y(_ value: Double) -> Double {
        bottom - (bottom - top) * value / limit
    }

    /// Lines and numbers for the vertical axis.
    var grid: String {
        var grid = ""
        for index in 0...Int((limit / step).rounded()) {
            let value = Double(index) * step
            grid += Markup.line(x1: left, y1: y(value), x2: right, y2: y(value), class: "grid")
            grid += Markup.text(format(value), x: left - 6, y: y(value) + 4, anchor: "end")
        }
        return grid
    }

    /// A label under the horizontal axis.
    func label(_ text: String, x: Double) -> String {
        Markup.text(text, x: min(max(x, left + 8), right - 8), y: bottom + 17, anchor: "middle")
    }

    /// The title of the horizontal axis.
    func title(_ text: String) -> String {
        Markup.text(text, x: right, y: bottom + 32, anchor: "end")
    }
}
