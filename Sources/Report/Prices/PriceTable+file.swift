extension PriceTable {
    /// The text of a table that an operator keeps.
    ///
    /// - Throws: an error that says why the file cannot be read.
    public static func text(ofFile path: String) throws -> String {
        let file = try LogFile(path: path)
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += piece[..<count]
        }
    }
}
