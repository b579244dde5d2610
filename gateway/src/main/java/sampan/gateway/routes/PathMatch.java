package sampan.gateway.routes;

/// What a route wants of a path in its normal form.
public sealed interface PathMatch {
    /// This path and no other.
    record Exact(String path) implements PathMatch {}

    /// This path and what lies below it: `/a` is a prefix of `/a/b`, not of `/ab`.
    ///
    /// @param path without a slash at its end; empty for all
    record Prefix(String path) implements PathMatch {}

    /// The whole path, by a regular expression that may take only so many steps.
    record Regex(BoundedPattern pattern) implements PathMatch {}
}
