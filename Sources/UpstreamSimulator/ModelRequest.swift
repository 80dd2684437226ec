import JSON
import Models

/// A request to a model: its body, and the catalogue's entry of the model that it names.
struct ModelRequest: Sendable {
    let body: Value
    let model: Model
    /// The string given as the effort, whether or not it is a valid one; nil if there is none.
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

    /// Whether the model reasons before it responds to this request.
    var reasons: Bool { model.reasons(at: effort) }

    /// Whether the model accepts sampling parameters in this request.
    var takesSampling: Bool { model.takesSampling(at: effort) }

    /// The body's member of that name.
    subscript(name: StaticString) -> Value? { body[name] }

    /// Like the subscript, but also nil if the member is `null`.
    func given(_ name: StaticString) -> Value? { body.given(name) }
}
