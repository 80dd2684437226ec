internal import NIOCore

// Time limits cost an exchange no timer of its own: the pool looks at all its connections several times within the
// shortest limit.

extension Connection {
    /// Ends what has taken too long.
    func checkTimeLimits(_ limits: TimeLimits, now: NIODeadline) {
        switch state {
        case .idle:
            if now >= lastActivity + limits.keep || now >= reuseEnd { close() }
        case .awaitingHead:
            // Where both limits are the same, what is over is called by what was missing, unless there was less time for
            // it than connecting explains: a request that was sent before.
            let silence = now < deadline ? limits.firstByte : limits.firstByte - limits.connect
            if unsentBody.isEmpty && now >= lastActivity + silence {
                fail(.firstByteTimeout, "upstream has not begun to answer")
            } else if now >= deadline {
                fail(.totalTimeout, "no complete response in time")
            } else if !unsentBody.isEmpty && now >= lastActivity + limits.idle {
                fail(.idleTimeout, "upstream has stopped taking the request")
            }
        case .receivingBody:
            if now >= deadline {
                fail(.totalTimeout, "no complete response in time")
            } else if body?.isHungry == true && now >= lastActivity + limits.idle {
                fail(.idleTimeout, "upstream has fallen silent")
            }
        case .awaitingBoundary, .closed:
            break
        }
    }
}

/// A configuration's durations, as the event loop counts them.
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

    /// How often to look: often enough that a limit is kept to within an eighth, and never more than a second late.
    var lookInterval: TimeAmount {
        let shortest = min(firstByte, idle, total, keep, age)
        return min(.seconds(1), max(.milliseconds(5), .nanoseconds(shortest.nanoseconds / 8)))
    }
}
