/// A plot in a line of text: a block for each value, as high as the value is beside the greatest.
enum Sparkline {
    private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// - Parameters:
    ///   - values: the oldest first. More than there is room for are put together, and stand for the greatest of them.
    ///   - width: how many columns there are.
    static func text(_ values: [Int], width: Int) -> String {
        let size = max(1, (values.count + width - 1) / max(1, width))
        // From the end, so that the group that lacks some is the oldest.
        let heights = stride(from: values.count, to: 0, by: -size).map { values[max(0, $0 - size)..<$0].max() ?? 0 }
        let greatest = max(1, heights.max() ?? 0)
        return String(
            heights.reversed().map { value in
                // What is not nothing stands out of the ground.
                value <= 0 ? blocks[0] : blocks[max(1, (value * (blocks.count - 1) + greatest / 2) / greatest)]
            })
    }
}
