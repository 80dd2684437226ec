/// Who sent a request, as far as logs and upstream may know: a label, never a key.
public struct Caller: Sendable, Equatable {
    public let label: String
}
