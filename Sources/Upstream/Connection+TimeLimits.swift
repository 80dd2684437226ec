internal import NIOCore

// Requests have no timers of their own: the pool checks the time limits of all its connections periodically, several times
// within the shortest limit.

extension Connection {
    /// Closes the connection, and fails its request, if it has exceeded a time limit.
    func checkTimeLimits(_ limits: TimeLimits, now: NIODeadline) {
        switch state {
        case .idle:
            if now >= lastActivity + limits.keep || now >= reuseEnd { close() }
        case .awaitingHead:
            // With equal limits, the total timeout can expire first only because connecting took time: at most the connect
            // timeout. That is reported as a first-byte timeout. If there was even less time, the deadline is a retry's, and
            // the total timeout is reported.
            let silence = now < deadline ? limits.firstByte : limits.firstByte - limits.connect
            if unsentBody.isEmpty && now >= lastActivity + silence {
                fail(.firstByteTimeout, "upstream has not started to respond")
            } else if now >= deadline {
                fail(.totalTimeout, "no complete response in time")
            } else if !unsentBody.isEmpty && now >= lastActivity + limits.idle {
                fail(.idleTimeout, "upstream has stopped reading the request")
            }
        case .receivingBody:
            if now >= deadline {
                fail(.totalTimeout, "no complete response in time")
            } else if body?.wantsRead == true && now >= lastActivity + limits.idle {
                fail(.idleTimeout, "upstream has stopped sending")
            }
        case .awaitingBoundary, .closed:
            break
        }
    }
}

/// A configuration's durations, converted for the event loop.
struct TimeLimits {
    let connect, firstByte, idle, total, keep, age: TimeAmount

    init(_ configuration: Client.Configuration) {
        connect = TimeAmount(configuration.connectTimeout)
        firstByte = TimeAmount(configuration.firstByteTimeout)
        idle = TimeAmount(configuration.idleTimeout)
        total = TimeAmount(configuration.totalTimeout)
        keep = TimeAmount(configuration.keepTime)
        age = TimeAmount(configuration.maximumAge)
    }

    /// The interval between checks: an eighth of the shortest limit, but at least 5 ms and at most 1 second.
    var timeoutCheckInterval: TimeAmount {
        let shortest = min(firstByte, idle, total, keep, age)
        return min(.seconds(1), max(.milliseconds(5), .nanoseconds(shortest.nanoseconds / 8)))
    }
}
