import CGI
import Testing

struct ParametersTests {
    @Test func `the first value of a name is used`() {
        var parameters = Parameters(entries: ["A=1", "A=2"])
        parameters.insert("A", "3")
        parameters.insert("B", "4")
        #expect(parameters["A"] == "1")
        #expect(parameters["B"] == "4")
    }

    @Test func `a repeated header is joined and so cannot pass as a single one`() {
        let parameters = Parameters(entries: ["HTTP_X_API_KEY=k", "HTTP_X_API_KEY=other", "HTTP_X_API_KEY="])
        #expect(parameters["HTTP_X_API_KEY"] == "k, other, ")
    }

    @Test func `an empty first value hides a second one`() {
        #expect(Parameters(entries: ["A=", "A=2"])["A"] == nil)
    }

    @Test func `an entry is split at its first equals sign`() {
        let parameters = Parameters(entries: ["Q=a=b&c==", "=x", "E==", "U=é\u{301}=😀", "C=\u{301}x"])
        #expect(parameters["Q"] == "a=b&c==")
        #expect(parameters[""] == "x")
        #expect(parameters["E"] == "=")
        #expect(parameters["U"] == "é\u{301}=😀")
        #expect(parameters["C"] == "\u{301}x")
    }

    @Test func `an entry without an equals sign is ignored`() {
        let parameters = Parameters(entries: ["A", "", "B=1"])
        #expect(parameters["A"] == nil)
        #expect(parameters[""] == nil)
        #expect(parameters["B"] == "1")
    }

    @Test func `empty and absent values are equivalent`() {
        #expect(Parameters(entries: ["A="])["A"] == nil)
        #expect(Parameters()["A"] == nil)
    }

    @Test func `names are matched exactly`() {
        let parameters = Parameters(entries: ["Path=1", " A=2"])
        #expect(parameters["PATH"] == nil)
        #expect(parameters["A"] == nil)
        #expect(parameters[" A"] == "2")
    }

    /// U+212A, the Kelvin sign, is canonically equivalent to K, so Swift's strings compare as equal.
    @Test func `a canonically equivalent name does not replace another`() {
        let parameters = Parameters(entries: ["HTTP_COO\u{212A}IE=smuggled", "HTTP_COOKIE=real"])
        #expect(parameters["HTTP_COOKIE"] == "real")
        #expect(Parameters(entries: ["HTTP_COO\u{212A}IE=smuggled"])["HTTP_COOKIE"] == nil)
    }

    @Test func `variables with a prefix are returned without it`() {
        let parameters = Parameters(entries: ["HTTP_A=1", "HTTP_B_2=2", "HTTP_=3", "XHTTP_C=4", "HTTP_E=", "http_F=5"])
        #expect(parameters.withPrefix("HTTP_") == ["A": "1", "B_2": "2", "": "3", "E": ""])
        #expect(parameters.withPrefix("NO_").isEmpty)
    }
}
