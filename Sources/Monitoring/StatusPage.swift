public import CGI
internal import Crypto

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The status page for browsers: `page.html`, which fetches the figures as JSON from its own address.
public enum StatusPage {
    /// The response's status and headers.
    public static let head = ResponseHead(
        status: 200,
        headers: [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ])

    /// The page.
    public static let body = PackageResources.page_html

    /// The browser's restrictions for the page (Content Security Policy, level 3): it can run only its own script, whatever
    /// names clients send, and connect only to its own origin.
    private static let policy = """
        default-src 'none'; script-src '\(digest(of: "script"))'; style-src '\(digest(of: "style"))'; \
        connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    /// The digest of the text of the page's only element with that name.
    private static func digest(of element: String) -> String {
        let page = String(decoding: body, as: UTF8.self)
        let text = page.split(separator: "<\(element)>")[1].split(separator: "</\(element)>")[0]
        return "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}
