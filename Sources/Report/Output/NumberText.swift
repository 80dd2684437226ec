internal import Presentation

/// Formats numbers for people.
enum NumberText {
    /// At most five characters: unchanged up to 99999, above that three digits and a letter.
    static func short(_ number: Int) -> String {
        number < 100_000 ? String(number) : scaled(Double(number), letters: ["", "k", "M", "G", "T", "P", "E"])
    }

    /// As for integers, after rounding.
    static func short(_ number: Double) -> String {
        short(Int(exactly: number.rounded()) ?? .max)
    }

    /// The number of decimals for a column of amounts in USD: two, or four if the largest amount, `total`, is small.
    static func decimals(forDollars total: Double) -> Int { total >= 10 ? 2 : 4 }

    /// Milliseconds as seconds, in at most five characters.
    static func seconds(_ milliseconds: Int) -> String {
        let seconds = Double(milliseconds) / 1000
        return switch seconds {
        case ..<9.995: Decimals.text(seconds, places: 2)
        case ..<99.95: Decimals.text(seconds, places: 1)
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
        return Decimals.text(number, places: decimals) + letters[index]
    }
}
