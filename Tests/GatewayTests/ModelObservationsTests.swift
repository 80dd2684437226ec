import Models
import NIOCore
import Testing

@testable import Gateway

struct ModelObservationsTests {
    private let start = NIODeadline.uptimeNanoseconds(0)
    private let day = Day(daysSince1970: 20_000)
    private var today: ModelAvailability { ModelAvailability(on: day) }

    @Test func `an observation holds for an hour`() {
        let models = ModelObservations()
        models.note(.refused("a"), now: start)
        models.note(.served("b"), now: start + .seconds(1800))
        #expect(
            models.added(to: today, now: start + .seconds(3599))
                == ModelAvailability(on: day, refused: ["a"], served: ["b"]))
        #expect(models.added(to: today, now: start + .seconds(3600)) == ModelAvailability(on: day, served: ["b"]))
    }

    @Test func `a later observation replaces an earlier one`() {
        let models = ModelObservations()
        models.note(.refused("a"), now: start)
        models.note(.served("a"), now: start)
        #expect(models.added(to: today, now: start) == ModelAvailability(on: day, served: ["a"]))
        models.revert(.served("a"), to: nil, now: start)
        #expect(models.added(to: today, now: start) == ModelAvailability(on: day))
    }

    @Test func `the number of observations is bounded`() {
        let models = ModelObservations()
        for number in 0..<1000 { models.note(.refused("m\(number)"), now: start) }
        #expect(models.added(to: today, now: start).refused.count == 256)
    }
}
