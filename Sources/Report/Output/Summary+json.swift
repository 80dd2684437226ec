internal import JSON
internal import Presentation

/// JSON, for programs. Members have the same names as in the log if they exist there.
extension Summary {
    /// One object with the rows, their total and counts of lines, followed by a newline. Times are in milliseconds, costs in
    /// USD; unknown values are null.
    public var json: String {
        var writer = Writer(reservingCapacity: 1 << 16)
        writer.object {
            $0.name("models_without_price")
            $0.array { for model in unpricedModels.sorted() { $0.string(model) } }
            $0.name("lines")
            $0.object {
                $0.member("requests", counts.requests)
                $0.member("left_out", counts.leftOut)
                $0.member("other", counts.other)
                $0.member("damaged", counts.damaged)
            }
            $0.name("rows")
            $0.array {
                for (key, tally) in sortedRows {
                    $0.object {
                        for (dimension, name) in zip(selection.dimensions, key) {
                            $0.name(text: dimension.rawValue)
                            $0.nameOrNull(name)
                        }
                        $0.members(of: tally)
                    }
                }
            }
            $0.name("total")
            $0.object { $0.members(of: total) }
        }
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}

extension Writer {
    fileprivate mutating func members(of tally: Tally) {
        member("requests", tally.requests)
        member("errors", tally.errors)
        member("clients_left", tally.clientsLeft)
        member("retries", tally.retries)
        member("input_tokens", tally.tokens.input)
        member("cached_tokens", tally.tokens.cached)
        member("cache_write_tokens", tally.tokens.cacheWritten)
        member("output_tokens", tally.tokens.output)
        member("reasoning_tokens", tally.tokens.reasoning)
        name("cost_usd")
        if let cost = tally.cost.amount { json(Decimals.text(cost, places: 6).utf8) } else { null() }
        member("requests_without_price", tally.cost.unpriced)
        member("requests_unaccounted", tally.unaccounted.requests)
        member("output_tokens_seen", tally.unaccounted.outputTokensSeen)
        name("first_byte_ms")
        percentiles(of: tally.firstByte)
        name("duration_ms")
        percentiles(of: tally.duration)
    }

    private mutating func percentiles(of times: Histogram) {
        object {
            for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
                $0.name(text: name)
                if let time = times.percentile(share) { $0.integer(time) } else { $0.null() }
            }
        }
    }

    fileprivate mutating func nameOrNull(_ name: String) {
        if name.isEmpty { null() } else { string(name) }
    }
}
