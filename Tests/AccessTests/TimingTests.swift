import CGI
import Settings
import Testing

@testable import Access

/// Serialized. Compares only durations measured in immediate succession on the same machine.
@Suite(.serialized)
struct TimingTests {
    private let key = "a-key-of-some-length-0123456789abcdef"

    private func request(_ key: String) -> CGI.Request {
        var parameters = Parameters()
        parameters.insert("HTTP_X_API_KEY", key)
        return CGI.Request(parameters: parameters)
    }

    /// The share of pairs in which rejecting the first request takes longer than rejecting the second, with the order
    /// in each pair chosen at random. It is 0.5 if the time reveals nothing.
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

    @Test func `the time to reject a key does not depend on its first byte`() async throws {
        let rightFirst = key.dropLast() + "X"
        let wrongFirst = "X" + key.dropFirst()
        // A leak in the code shows in every measurement, noise from the machine only in some: measure again.
        var shares: [Double] = []
        repeat {
            shares.append(try await share(of: String(rightFirst), longerThan: wrongFirst))
        } while abs(shares[shares.count - 1] - 0.5) > 0.06 && shares.count < 10
        #expect(abs(shares[shares.count - 1] - 0.5) <= 0.06, "\(shares)")
    }

    @Test func `the measurement detects a real difference in time`() async throws {
        let share = try await share(of: String(repeating: "x", count: 20_000), longerThan: "x")
        #expect(share > 0.9)
    }
}
