package sampan.engine.registry;

/// What a caller is known by at one registry. Never logged: [#toString] shows the name alone.
///
/// @param username empty for nobody
/// @param password of that user
/// @param identityToken an OAuth2 refresh token in place of a password, or empty
/// @param registryToken a bearer token to be sent as it is, or empty
/// @param elsewhere what the same caller is known by at other hosts: a mirror is asked with its own
public record Credential(
        String username,
        String password,
        String identityToken,
        String registryToken,
        Elsewhere elsewhere) {
    private static final Elsewhere NOWHERE = host -> new Credential("", "", "", "");

    public static final Credential NONE = new Credential("", "", "", "");

    /// Looks a host's credential up.
    public interface Elsewhere {
        /// @param host with its port; `docker.io` of the hub
        /// @return NONE where there is none
        Credential at(String host);
    }

    public Credential(
            String username, String password, String identityToken, String registryToken) {
        this(username, password, identityToken, registryToken, NOWHERE);
    }

    public static Credential of(String username, String password) {
        return new Credential(username, password, "", "");
    }

    /// The same for its own registry, with others beside it.
    public Credential with(Elsewhere others) {
        return new Credential(username, password, identityToken, registryToken, others);
    }

    /// The same for its own registry only.
    public Credential alone() {
        return with(NOWHERE);
    }

    public boolean isPresent() {
        return !username.isEmpty() || !identityToken.isEmpty() || !registryToken.isEmpty();
    }

    @Override
    public String toString() {
        return isPresent() ? "credential of " + username : "no credential";
    }
}
