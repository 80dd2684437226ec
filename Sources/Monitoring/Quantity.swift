internal import Presentation

/// Short, readable forms of quantities.
enum Quantity {
    /// A count: exact up to a million, in millions (M) or thousands of millions (G) beyond.
    static func count(_ count: Int) -> String {
        switch count {
        case ..<1_000_000: Decimals.grouped(count)
        case ..<1_000_000_000: "\(Decimals.text(Double(count) / 1e6, places: 1))M"
        default: "\(Decimals.text(Double(count) / 1e9, places: 1))G"
        }
    }

    /// A rate per second.
    static func rate(_ rate: Double) -> String {
        rate < 9.95 ? Decimals.text(rate, places: 1) : count(Int(rate.rounded()))
    }

    /// A size in bytes.
    static func bytes(_ bytes: Int) -> String {
        let megabytes = Double(bytes) / 1e6
        return megabytes < 1000
            ? "\(Decimals.text(megabytes, places: 1)) MB" : "\(Decimals.text(megabytes / 1000, places: 2)) GB"
    }

    /// A duration in the largest suitable unit and the next smaller one.
    ///
    /// - Parameter seconds: not negative.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds))
        return switch seconds {
        case ..<1: "\(Decimals.text(max(0, seconds) * 1000, places: 0)) ms"
        case ..<60: "\(Decimals.text(seconds, places: 1)) s"
        case ..<3600: "\(whole / 60)m \(whole % 60)s"
        case ..<86400: "\(whole / 3600)h \(whole / 60 % 60)m"
        default: "\(whole / 86400)d \(whole / 3600 % 24)h"
        }
    }
}
