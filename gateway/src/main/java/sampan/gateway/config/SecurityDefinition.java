package sampan.gateway.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.audit.AuditLog;
import sampan.gateway.auth.IdentityHeaders;
import sampan.gateway.auth.MethodSettings;
import sampan.gateway.auth.Policy;

/// Who may come in, and what is noted of that.
///
/// @param use methods of routes that name none
/// @param rules none where whoever has proven an identity may do everything
public record SecurityDefinition(
        Authentication authentication,
        List<String> use,
        Optional<List<RuleDefinition>> rules,
        Optional<AuditLog.Settings> audit) {
    public static final SecurityDefinition NONE =
            new SecurityDefinition(
                    Authentication.NONE, List.of(), Optional.empty(), Optional.empty());

    /// What methods are made of; where it stays the same, they and what they know stay.
    ///
    /// @param strips whether services do not get the credentials
    public record Authentication(
            List<ConsumerDefinition> consumers,
            Map<String, MethodSettings> methods,
            double failuresPerSecond,
            int failuresBurst,
            IdentityHeaders.Names headers,
            boolean strips) {
        public static final Authentication NONE =
                new Authentication(List.of(), Map.of(), 10, 100, IdentityHeaders.Names.NONE, false);
    }

    /// @param subjects `METHOD NAME`
    /// @param apiKeys SHA-256 in hexadecimal digits
    public record ConsumerDefinition(
            String name,
            Set<String> roles,
            List<String> subjects,
            List<String> apiKeys,
            Optional<LoginDefinition> password,
            List<String> certificates) {}

    public record LoginDefinition(String user, String hash) {}

    /// @param routes names, all where empty
    public record RuleDefinition(List<String> routes, Policy.Rule rule) {}
}
