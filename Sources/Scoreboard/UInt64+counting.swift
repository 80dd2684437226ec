extension UInt64 {
    /// Adds a number; the sum is limited to the greatest `UInt64`.
    ///
    /// - Parameter other: the number to add.
    /// - Returns: the sum, or `UInt64.max` if it would overflow.
    public func saturatingAdd(_ other: UInt64) -> UInt64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}

extension UInt64 {
    /// Rounds to the nearest integer. Negative values and NaN become 0. Values above 2⁵³ become 2⁵³, because a `Double` cannot
    /// represent all larger integers.
    init(clamping value: Double) {
        self = value > 0 ? UInt64(Swift.min(value.rounded(), 0x1p53)) : 0
    }
}
