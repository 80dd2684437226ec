import Presentation
import Testing

@Suite struct TextColumnTests {
    @Test func `text fills its column and is cut with an ellipsis`() {
        #expect(TextColumn.fitted("ann", to: 5) == "ann  ")
        #expect(TextColumn.fitted("12", to: 5, isRight: true) == "   12")
        #expect(TextColumn.fitted("web-shop", to: 5) == "web-…")
        #expect(TextColumn.fitted("web-shop", to: 0) == "")
    }

    @Test func `a wide character takes two columns`() {
        #expect(TextColumn.fitted("東京", to: 5) == "東京 ")
        #expect(TextColumn.fitted("東京都", to: 5) == "東京…")
        #expect(TextColumn.fitted("東京都", to: 4) == "東… ")
    }
}
