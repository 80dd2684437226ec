import JSON
import Models

/// What a request asks of a model: its body, with what the catalogue knows of the model that it names.
struct ModelRequest: Sendable {
    let body: Value
    let model: Model
    /// What stands in the place of the effort, whether it is the name of one or not; nil: nothing.
    let effortWord: String?

    /// The body of `POST /responses`.
    init(responses body: Value) {
        self.init(body, effort: body["reasoning"]?["effort"])
    }

    /// The body of `POST /chat/completions`.
    init(chat body: Value) {
        self.init(body, effort: body["reasoning_effort"])
    }

    private init(_ body: Value, effort: Value?) {
        self.body = body
        model = Catalogue.standard.model(named: body["model"]?.string ?? "")
        effortWord = effort?.string
    }

    var effort: Effort? { effortWord.flatMap { Effort(rawValue: $0) } }

    /// Whether the model thinks before it answers this.
    var reasons: Bool { model.reasons(at: effort) }

    /// Whether the model takes sampling parameters here.
    var takesSampling: Bool { model.takesSampling(at: effort) }

    /// The body's member of that name.
    subscript(name: StaticString) -> Value? { body[name] }

    /// As the subscript, but nil also where the member is `null`.
    func given(_ name: StaticString) -> Value? { body.given(name) }
}
