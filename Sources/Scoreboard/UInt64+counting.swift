extension UInt64 {
    /// Adds what is only counted: beyond the greatest number it stays there.
    public func saturatingAdd(_ other: UInt64) -> UInt64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}

extension UInt64 {
    /// The nearest whole number: zero for what is below that or no number at all, and 2⁵³ for what is larger, up to where every
    /// whole number can be told from the next.
    init(clamping value: Double) {
        self = value > 0 ? UInt64(Swift.min(value.rounded(), 0x1p53)) : 0
    }
}
