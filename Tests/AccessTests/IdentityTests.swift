import Testing

@testable import Access

struct IdentityTests {
    private let callers: [Caller.Identity] = [
        .sharedKey, .key(label: "ann"), .key(label: "bob"), .token(issuer: nil, subject: "ann"),
        .token(issuer: "ann", subject: ""), .token(issuer: "i", subject: "ann"), .token(issuer: "ia", subject: "nn"),
    ]

    @Test func `equal text of different callers is different`() {
        #expect(Set(callers.map { $0.scoped("x") }).count == callers.count)
        #expect(callers[1].scoped("x") == callers[1].scoped("x") && callers[1].scoped("x") != callers[1].scoped("y"))
    }

    @Test func `a name in a token cannot be taken for a key's label`() {
        for name in ["ann", "jwt:ann", "default", String(repeating: "ä", count: 100)] {
            #expect(!KeyEntry.isLabel(KeyEntry.label(encoding: name)))
        }
    }

    @Test func `long names are short in logs and stay different`() {
        let names = (0..<100).map { String(repeating: "long", count: 60) + "\($0)" }
        let labels = names.map { KeyEntry.label(encoding: $0) }
        #expect(Set(labels).count == names.count)
        #expect(labels.allSatisfy { $0.utf8.count <= 64 })
    }
}
