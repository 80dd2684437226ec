internal import Glibc

/// The distribution of latencies over a logarithmic time axis, because the same log has milliseconds and minutes.
struct LatencyPlot {
    private struct Curve {
        let name: String
        let times: Histogram
        let style: String
    }

    /// The number of parts into which each doubling of time is divided.
    private static let partsPerDoubling = 2.0

    private let curves: [Curve]

    init(firstByte: Histogram, duration: Histogram) {
        curves = [
            Curve(name: "duration", times: duration, style: "area"),
            Curve(name: "first byte", times: firstByte, style: "outline"),
        ]
    }

    func figure() -> Figure {
        let shares = curves.map { Self.shares($0.times) }
        let parts = shares.flatMap(\.keys)
        let first = (parts.min() ?? 0) - 1
        let last = (parts.max() ?? 0) + 2
        let axes = Axes(greatest: shares.flatMap(\.values).max() ?? 0, whole: true) { "\(Int($0)) %" }
        func x(_ part: Double) -> Double {
            axes.left + (axes.right - axes.left) * (part - Double(first)) / Double(last - first)
        }
        var drawing = axes.grid
        for (curve, shares) in zip(curves, shares) {
            guard let start = shares.keys.min(), let end = shares.keys.max() else { continue }
            var path = "M\(Markup.length(x(Double(start)))) \(Markup.length(axes.bottom))"
            for part in start...end {
                path += "V\(Markup.length(axes.y(shares[part] ?? 0)))H\(Markup.length(x(Double(part + 1))))"
            }
            drawing += "<path class=\"\(curve.style)\" d=\"\(path)V\(Markup.length(axes.bottom))Z\"/>\n"
        }
        for power in 0..<9 {
            let milliseconds = pow(10, Double(power))
            let part = log2(milliseconds) * Self.partsPerDoubling
            guard part >= Double(first), part <= Double(last) else { continue }
            drawing += Markup.line(x1: x(part), y1: axes.bottom, x2: x(part), y2: axes.bottom + 4, class: "tick")
            drawing += axes.label(Self.name(ofPower: power), x: x(part))
        }
        return Figure(
            title: "Latency, share of requests",
            legend: curves.map { Figure.Mark(style: $0.style, name: Self.words($0)) },
            description: "Latency: " + curves.map(Self.words).joined(separator: "; ") + ".",
            drawing: drawing + axes.title("time, logarithmic"))
    }

    /// The share of requests in percent, by part of the axis.
    private static func shares(_ times: Histogram) -> [Int: Double] {
        var shares: [Int: Double] = [:]
        for (index, count) in times.counts.enumerated() where count > 0 {
            let milliseconds = Double(max(1, Histogram.start(ofBucket: index)))
            let part = Int((log2(milliseconds) * partsPerDoubling).rounded(.down))
            shares[part, default: 0] += Double(count) * 100 / Double(times.count)
        }
        return shares
    }

    private static func words(_ curve: Curve) -> String {
        guard let median = curve.times.percentile(0.5), let high = curve.times.percentile(0.95) else {
            return "\(curve.name): none"
        }
        return "\(curve.name): p50 \(NumberText.seconds(median)) s, p95 \(NumberText.seconds(high)) s"
    }

    private static func name(ofPower power: Int) -> String {
        power < 3 ? "\(Int(pow(10, Double(power)))) ms" : "\(NumberText.short(Int(pow(10, Double(power - 3))))) s"
    }
}
