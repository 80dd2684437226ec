/// The web server that has answered, as far as it says what it is (`Server`), and what to change in its configuration.
enum WebServer: String, CaseIterable {
    case nginx
    case apache = "Apache"
    case lighttpd

    /// Nil when it says nothing, or something else.
    init?(named header: String?) {
        guard
            let found = Self.allCases.first(where: { header?.lowercased().hasPrefix($0.rawValue.lowercased()) == true })
        else { return nil }
        self = found
    }

    /// What has to be changed, in the words of each server's configuration.
    enum Remedy {
        case handOver, reach, passKey, passPath, takeLargeBodies, passEvents, sendUncompressed
    }

    /// What to change in that server; of one that is not known, in each.
    static func remedy(_ remedy: Remedy, in server: WebServer?) -> String {
        guard let server else {
            return allCases.map { "\($0.rawValue): \($0.words(for: remedy))" }.joined(separator: "; ")
        }
        return "\(server.rawValue): \(server.words(for: remedy))"
    }

    private func words(for remedy: Remedy) -> String {
        switch (self, remedy) {
        case (.nginx, .handOver): "a location for this path with fastcgi_pass"
        case (.apache, .handOver): "ProxyPass (mod_proxy_fcgi), or SetHandler fcgid-script, for this path"
        case (.lighttpd, .handOver): "fastcgi.server for this path, with check-local disabled"
        case (.nginx, .reach):
            "fastcgi_pass must name the socket that gpt-proxy listens on, and nginx's user be in its group"
        case (.apache, .reach):
            "ProxyPass must name the socket that gpt-proxy listens on, and Apache's user be in its group"
        case (.lighttpd, .reach):
            "\"socket\" must be the one that gpt-proxy listens on, and lighttpd's user be in its group"
        case (.apache, .passKey): "CGIPassAuth On"
        case (_, .passKey): "take out what empties HTTP_AUTHORIZATION"
        case (.nginx, .passPath): "include fastcgi_params, or fastcgi_param SCRIPT_NAME $fastcgi_script_name"
        case (.apache, .passPath): "hand over the whole path: ProxyPass \"/\" \"unix:…|fcgi://gpt-proxy/\""
        case (.lighttpd, .passPath): "\"fix-root-scriptname\" => \"enable\""
        case (.nginx, .takeLargeBodies): "client_max_body_size, as large as MAX_BODY"
        case (.apache, .takeLargeBodies): "LimitRequestBody, and FcgidMaxRequestLen (mod_fcgid), as large as MAX_BODY"
        case (.lighttpd, .takeLargeBodies): "server.max-request-size, in kilobytes, as large as MAX_BODY"
        case (.nginx, .passEvents): "fastcgi_buffering off, or where it hands on to another nginx, proxy_buffering off"
        case (.apache, .passEvents): "flushpackets=on behind ProxyPass, or FcgidOutputBufferSize 0 (mod_fcgid)"
        case (.lighttpd, .passEvents): "server.stream-response-body = 2"
        case (.nginx, .sendUncompressed): "gzip off, or no text/event-stream in gzip_types"
        case (.apache, .sendUncompressed): "SetEnv no-gzip 1"
        case (.lighttpd, .sendUncompressed): "no text/event-stream in deflate.mimetypes"
        }
    }
}
