/// Numbers as people read them.
enum NumberText {
    /// With so many decimals, and a comma between thousands if asked for.
    static func fixed(_ number: Double, decimals: Int, grouped: Bool = false) -> String {
        let factor = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
        let scaled = Int(exactly: (number.magnitude * factor).rounded()) ?? .max
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int(factor))
        let text = grouped ? Self.grouped(whole) : String(whole)
        return (number < 0 ? "-" : "") + text + (decimals > 0 ? "." + rest.padded(decimals) : "")
    }

    /// With a comma between thousands.
    static func grouped(_ number: Int) -> String {
        var parts: [String] = []
        var rest = number
        while rest >= 1000 {
            parts.append((rest % 1000).padded(3))
            rest /= 1000
        }
        return ([String(rest)] + parts.reversed()).joined(separator: ",")
    }

    /// In at most five characters: as it is up to 99999, above that with three digits and a letter.
    static func short(_ number: Int) -> String {
        number < 100_000 ? String(number) : scaled(Double(number), letters: ["", "k", "M", "G", "T", "P", "E"])
    }

    /// As of integers.
    static func short(_ number: Double) -> String {
        short(Int(exactly: number.rounded()) ?? .max)
    }

    /// How many decimals show amounts of USD of which the largest is `total`: cents, and more where there are few.
    static func decimals(forDollars total: Double) -> Int { total >= 10 ? 2 : 4 }

    /// Milliseconds as seconds, in at most five characters.
    static func seconds(_ milliseconds: Int) -> String {
        let seconds = Double(milliseconds) / 1000
        return switch seconds {
        case ..<9.995: fixed(seconds, decimals: 2)
        case ..<99.95: fixed(seconds, decimals: 1)
        default: short(Int(seconds.rounded()))
        }
    }

    private static func scaled(_ number: Double, letters: [String]) -> String {
        var number = number
        var index = 0
        while number >= 999.5, index + 1 < letters.count {
            number /= 1000
            index += 1
        }
        let decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0
        return fixed(number, decimals: decimals) + letters[index]
    }
}
