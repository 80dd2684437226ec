import Presentation
import Testing

@Suite struct DecimalsTests {
    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (0.05, 2, "0.05"), (-0.004, 2, "0.00"), (-1.5, 1, "-1.5"),
        (9.999, 2, "10.00"),
        (1234.5, 0, "1235"), (.infinity, 1, "0"), (.nan, 1, "0"), (1e300, 1, "0"),
    ])
    func `numbers are rounded to the given number of places`(number: Double, places: Int, text: String) {
        #expect(Decimals.text(number, places: places) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_002_003, "1,002,003"), (27_045, "27,045")])
    func `thousands are separated by commas`(count: Int, text: String) {
        #expect(Decimals.grouped(count) == text)
        #expect(Decimals.text(Double(count), places: 2, isGrouped: true) == text + ".00")
    }
}
