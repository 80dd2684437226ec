import CGI
import Testing

@testable import Gateway

/// Serialized, and no clock's reading is compared with another machine's: only with its own of the same moment.
@Suite(.serialized)
struct TimingTests {
    private let key = "a-key-of-some-length-0123456789abcdef"

    private func request(_ key: String) -> CGI.Request {
        var parameters = Parameters()
        parameters.insert("HTTP_X_API_KEY", key)
        return CGI.Request(parameters: parameters)
    }

    /// How often one request takes longer to refuse than the other, of many pairs in an order that chance decides: a half
    /// when nothing can be told from the time.
    private func share(of slow: String, longerThan fast: String) async throws -> Double {
        let authenticator = Authenticator(key: .fixed(KeyDigest(of: key)), keys: nil, tokens: nil)
        let requests = [request(slow), request(fast)]
        var times: [[Duration]] = [[], []]
        for _ in 0..<4000 {
            for which in Bool.random() ? [0, 1] : [1, 0] {
                let start = ContinuousClock.now
                for _ in 0..<8 {
                    let caller = try? await authenticator.caller(of: requests[which])
                    #expect(caller == nil)
                }
                times[which].append(ContinuousClock.now - start)
            }
        }
        let longer = zip(times[0], times[1]).count { $0 > $1 }
        let equal = zip(times[0], times[1]).count { $0 == $1 }
        return (Double(longer) + Double(equal) / 2) / Double(times[0].count)
    }

    @Test func `whether the first byte of a key is right cannot be told from the time`() async throws {
        let rightFirst = key.dropLast() + "X"
        let wrongFirst = "X" + key.dropFirst()
        // What the code does shows every time; what else the machine does, now and then.
        var shares: [Double] = []
        repeat {
            shares.append(try await share(of: String(rightFirst), longerThan: wrongFirst))
        } while abs(shares[shares.count - 1] - 0.5) > 0.06 && shares.count < 10
        #expect(abs(shares[shares.count - 1] - 0.5) <= 0.06, "\(shares)")
    }

    @Test func `the measure tells a difference where there is one`() async throws {
        let share = try await share(of: String(repeating: "x", count: 20_000), longerThan: "x")
        #expect(share > 0.9)
    }
}
