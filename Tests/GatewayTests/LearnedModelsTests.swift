import Models
import Testing

@testable import Gateway

struct LearnedModelsTests {
    private let day = Day(daysSince1970: 20_000)

    @Test func `what was learned holds for an hour`() {
        let models = LearnedModels()
        let start = ContinuousClock.now
        models.learn(.gone("a"), now: start)
        models.learn(.alive("b"), now: start + .seconds(1800))
        #expect(
            models.availability(on: day, now: start + .seconds(3599))
                == ModelAvailability(on: day, refused: ["a"], served: ["b"]))
        #expect(models.availability(on: day, now: start + .seconds(3600)) == ModelAvailability(on: day, served: ["b"]))
    }

    @Test func `the later finding counts`() {
        let models = LearnedModels()
        models.learn(.gone("a"))
        models.learn(.alive("a"))
        #expect(models.availability(on: day) == ModelAvailability(on: day, served: ["a"]))
        models.forget(.alive("a"))
        #expect(models.availability(on: day) == ModelAvailability(on: day))
    }

    @Test func `a client that names ever new models does not fill it`() {
        let models = LearnedModels()
        for number in 0..<1000 { models.learn(.gone("m\(number)")) }
        #expect(models.availability(on: day).refused.count == 256)
    }
}
