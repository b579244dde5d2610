package sampan.engine.registry;

/// What a caller is known by at one registry. Never logged: [#toString] shows the name alone.
///
/// @param username empty for nobody
/// @param password of that user
/// @param identityToken an OAuth2 refresh token in place of a password, or empty
/// @param registryToken a bearer token to be sent as it is, or empty
public record Credential(
        String username, String password, String identityToken, String registryToken) {
    public static final Credential NONE = new Credential("", "", "", "");

    public static Credential of(String username, String password) {
        return new Credential(username, password, "", "");
    }

    public boolean isPresent() {
        return !username.isEmpty() || !identityToken.isEmpty() || !registryToken.isEmpty();
    }

    @Override
    public String toString() {
        return isPresent() ? "credential of " + username : "no credential";
    }
}
