package sampan.api.call;

/// Where handlers say what they answer.
public interface Routes {
    /// @param pattern without the version, placeholders as `sampan.http.route` has them
    Routes add(String method, String pattern, Route route);
}
