/// A plot in one line of text: one block per value, with heights relative to the greatest value.
enum Sparkline {
    private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// - Parameters:
    ///   - values: the oldest first. If there are more values than columns, each column shows the greatest of several
    ///     values.
    ///   - width: the number of columns.
    static func text(_ values: [Int], width: Int) -> String {
        let size = max(1, (values.count + width - 1) / max(1, width))
        // From the end, so that only the oldest group may be incomplete.
        let heights = stride(from: values.count, to: 0, by: -size).map { values[max(0, $0 - size)..<$0].max() ?? 0 }
        let greatest = max(1, heights.max() ?? 0)
        return String(
            heights.reversed().map { value in
                // Any value above zero is higher than the lowest block.
                value <= 0 ? blocks[0] : blocks[max(1, (value * (blocks.count - 1) + greatest / 2) / greatest)]
            })
    }
}
