internal import Models
internal import Scoreboard
internal import Settings
internal import Presentation

extension StatusOverview {
    /// The page for Prometheus. Metrics that OpenTelemetry's semantic conventions for generative AI define have those
    /// names, with underscores instead of dots.
    public var openMetrics: String {
        var page = OpenMetrics()
        writeProcesses(to: &page)
        writeCounts(to: &page)
        writeRetirements(to: &page)
        writeHistograms(to: &page)
        page.end()
        return page.text
    }

    private func writeProcesses(to page: inout OpenMetrics) {
        func gauge(_ name: String, unit: String? = nil, _ help: String, _ value: (Process) -> String) {
            page.family(name, "gauge", unit: unit, help)
            for process in processes { page.sample([("pid", String(process.snapshot.process))], value(process)) }
        }
        page.family("gpt_proxy_processes", "gauge", "Running processes.")
        page.sample([], String(processes.count))
        gauge("gpt_proxy_live_requests", "Requests in progress.") { String($0.snapshot.live) }
        gauge("gpt_proxy_live_requests_limit", "Concurrency limit of a process.") {
            String($0.snapshot.streamLimit)
        }
        gauge("gpt_proxy_resident_memory_bytes", unit: "bytes", "Resident memory.") { String($0.memory) }
        page.family(
            "gpt_proxy_unreadable_files", "gauge", "Processes that cannot read a file, by the setting that names it.")
        for (setting, processes) in unreadableFiles {
            page.sample([("setting", setting.rawValue)], String(processes))
        }
        gauge("gpt_proxy_start_time_seconds", unit: "seconds", "Start time of the process, since 1970.") {
            Decimals.text($0.snapshot.startTime, places: 3)
        }
    }

    private func writeCounts(to page: inout OpenMetrics) {
        func counter(_ metric: Metric, _ name: String, _ help: String) {
            page.family("gpt_proxy_\(name)", "counter", help)
            for series in totals.series(of: metric) {
                page.sample(suffix: "_total", series.pairs, String(series.values[0]))
            }
            if metric.labels.isEmpty, totals.series(of: metric).isEmpty { page.sample(suffix: "_total", [], "0") }
        }
        counter(.requests, "requests", "Completed requests.")
        counter(.errors, "errors", "Failed requests, by the error in the log.")
        counter(.retries, "retries", "Retries of upstream requests.")
        counter(.clientLeft, "client_left", "Requests whose client disconnected early.")
        counter(
            .savedOutputTokens, "saved_output_tokens",
            "Output tokens that were not generated because the upstream stream was cancelled early; an estimate.")
        counter(.droppedParameters, "dropped_parameters", "Requests from which a parameter was dropped.")
        counter(.placesExhausted, "places_exhausted", "Requests rejected because of the concurrency limit.")
        counter(.lostLogLines, "log_lines_lost", "Lost log lines.")
        page.family(
            "gpt_proxy_tokens", "counter",
            "Tokens; input includes cached tokens, and output includes reasoning tokens.")
        for series in totals.series(of: .tokens) {
            for (type, value) in zip(["input", "cached", "output", "reasoning"], series.values) {
                page.sample(suffix: "_total", series.pairs + [("type", type)], String(value))
            }
        }
    }

    private func writeRetirements(to page: inout OpenMetrics) {
        page.family(
            "gpt_proxy_model_shutdown_time_seconds", "gauge", unit: "seconds",
            "Shutdown time of a model in use, since 1970, if within two months.")
        for warning in retirements {
            page.sample([("model", warning.model)], String(warning.shutdown.daysSince1970 * 86_400))
        }
    }

    private func writeHistograms(to page: inout OpenMetrics) {
        page.family(
            "gen_ai_server_request_duration_seconds", "histogram", unit: "seconds",
            "Time from a request to the end of its response.")
        for series in totals.series(of: .duration) { page.histogram(series) }
        page.family(
            "gen_ai_server_time_to_first_token_seconds", "histogram", unit: "seconds",
            "Time from a request to the first byte of its response.")
        for series in totals.series(of: .firstByte) { page.histogram(series) }
        page.family("gen_ai_client_token_usage", "histogram", "Tokens per request.")
        for series in totals.series(of: .inputTokens) { page.histogram(series, [("gen_ai_token_type", "input")]) }
        for series in totals.series(of: .outputTokens) { page.histogram(series, [("gen_ai_token_type", "output")]) }
    }
}

extension Series {
    fileprivate var pairs: [(name: String, value: String)] {
        zip(metric.labels, labels).map { (name: $0, value: $1) }
    }

    /// A histogram's labels, with OpenTelemetry's names.
    fileprivate var attributes: [(name: String, value: String)] {
        var attributes = [
            (name: "gen_ai_provider_name", value: "openai"), ("gen_ai_operation_name", Self.operation(of: labels[0])),
            ("http_route", labels[0]), ("gen_ai_response_model", labels[1]),
        ]
        if labels.count > 2, !labels[2].isEmpty { attributes.append(("error_type", labels[2])) }
        return attributes
    }

    /// The operation of a route, with OpenTelemetry's name if there is one.
    private static func operation(of route: String) -> String {
        switch route {
        case "/proxy", "/v1/chat/completions", "/v1/responses": "chat"
        case "/v1/completions": "text_completion"
        case "/v1/embeddings": "embeddings"
        default: route.hasPrefix("/v1/") ? String(route.dropFirst(4)) : route
        }
    }
}

extension OpenMetrics {
    fileprivate mutating func histogram(_ series: Series, _ labels: [(name: String, value: String)] = []) {
        guard let bounds = series.metric.bounds else { return }
        let labels = series.attributes + labels
        // Tokens are whole numbers.
        let places = bounds.sumScale == 1 ? 0 : 6
        var count: UInt64 = 0
        var next = 0
        for (bound, index) in bounds.published {
            count = series.values[next...index].reduce(count) { $0.saturatingAdd($1) }
            next = index + 1
            sample(suffix: "_bucket", labels + [("le", "\(bound)")], String(count))
        }
        sample(suffix: "_bucket", labels + [("le", "+Inf")], String(series.count))
        sample(suffix: "_sum", labels, Decimals.text(series.sum, places: places))
        sample(suffix: "_count", labels, String(series.count))
    }
}
