public import Gateway
internal import Settings
internal import Upstream

/// Finds connections on which keys and conversations can be read.
public enum ExposureCheck {
    /// - Returns: a warning for each base that is asked over plain HTTP on another machine.
    public static func run(_ configuration: Configuration) -> [Finding] {
        configuration.bases.filter { $0.url.origin.scheme == .http && !$0.url.origin.isThisMachine }.map { base in
            .warning(
                ConfigurationKey.base.rawValue,
                "\(base.url.origin) is asked without encryption: the key and all conversations can be read on the way",
                remedy: "use https://, or make sure that the network between is private")
        }
    }
}
