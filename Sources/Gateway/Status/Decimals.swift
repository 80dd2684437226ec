/// Numbers with a fraction, as pages show them.
enum Decimals {
    /// - Parameter places: how many digits the fraction has.
    static func text(_ number: Double, places: Int) -> String {
        guard number.isFinite, abs(number) < 1e12 else { return "0" }
        let scale = (0..<places).reduce(1) { value, _ in value * 10 }
        let scaled = Int((abs(number) * Double(scale)).rounded())
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }
}
