/// Formats decimal numbers with a decimal point, for people and programs.
public enum Decimals {
    /// A rounded number with a fraction; `0` if it is not finite, or has more than twelve digits before the point.
    ///
    /// - Parameters:
    ///   - number: any value.
    ///   - places: the number of digits of the fraction.
    ///   - isGrouped: whether to separate thousands with commas.
    public static func text(_ number: Double, places: Int, isGrouped: Bool = false) -> String {
        guard number.isFinite, abs(number) < 1e12 else { return "0" }
        let scale = (0..<places).reduce(1) { value, _ in value * 10 }
        let scaled = Int((abs(number) * Double(scale)).rounded())
        let sign = number < 0 && scaled > 0 ? "-" : ""
        let whole = isGrouped ? grouped(scaled / scale) : String(scaled / scale)
        return sign + whole + (places > 0 ? "." + padded(scaled % scale, to: places) : "")
    }

    /// A count with commas between thousands.
    public static func grouped(_ count: Int) -> String {
        count < 1000 ? String(count) : "\(grouped(count / 1000)),\(padded(count % 1000, to: 3))"
    }

    /// The number, padded with leading zeros to a width.
    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
