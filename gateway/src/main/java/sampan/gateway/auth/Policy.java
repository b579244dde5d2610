package sampan.gateway.auth;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Identity;
import sampan.gateway.wire.Method;

/// Who may do what on a route: allowed is what a rule allows, nothing else.
public final class Policy {
    /// One rule. What is empty is not asked about.
    ///
    /// @param name for the policy tester
    /// @param methods that it is about, all where empty
    /// @param anyone also who has proven nothing
    /// @param consumers names, one of which it must be
    /// @param roles one of which it must have
    /// @param scopes all of which it must have
    /// @param claims of each, one of these values
    public record Rule(String name, Set<Method> methods, boolean anyone, Demands demands) {}

    /// What an identity must have.
    public record Demands(
            Set<String> consumers,
            Set<String> roles,
            Set<String> scopes,
            Map<String, Set<String>> claims) {
        public static final Demands NONE = new Demands(Set.of(), Set.of(), Set.of(), Map.of());
    }

    /// Whoever has proven an identity may do everything.
    public static final Policy ANY_IDENTITY =
            new Policy(List.of(new Rule("", Set.of(), false, Demands.NONE)));

    /// Everybody may do everything.
    public static final Policy ANYONE =
            new Policy(List.of(new Rule("", Set.of(), true, Demands.NONE)));

    private final Rule[] rules;
    private final int[] masks;

    public Policy(List<Rule> rules) {
        this.rules = rules.toArray(Rule[]::new);
        masks = new int[this.rules.length];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = this.rules[i].methods().isEmpty() ? -1 : 0;
            for (Method method : this.rules[i].methods()) {
                masks[i] |= 1 << method.ordinal();
            }
        }
    }

    /// The rule that allows it, null where none does. Allocates nothing where no claim is asked
    /// about.
    public @Nullable Rule allowing(Method method, @Nullable Identity identity) {
        int bit = 1 << method.ordinal();
        for (int i = 0; i < rules.length; i++) {
            if ((masks[i] & bit) != 0 && allows(rules[i], identity)) {
                return rules[i];
            }
        }
        return null;
    }

    private static boolean allows(Rule rule, @Nullable Identity identity) {
        if (rule.anyone()) {
            return true;
        }
        if (identity == null) {
            return false;
        }
        Demands demands = rule.demands();
        return (demands.consumers().isEmpty() || demands.consumers().contains(identity.name()))
                && (demands.roles().isEmpty() || hasOne(demands.roles(), identity.roles()))
                && (demands.scopes().isEmpty() || identity.scopes().containsAll(demands.scopes()))
                && (demands.claims().isEmpty() || hasClaims(demands.claims(), identity));
    }

    private static boolean hasOne(Set<String> wanted, Set<String> had) {
        for (String one : wanted) {
            if (had.contains(one)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasClaims(Map<String, Set<String>> wanted, Identity identity) {
        for (Map.Entry<String, Set<String>> claim : wanted.entrySet()) {
            List<String> values = identity.claims().getOrDefault(claim.getKey(), List.of());
            if (values.stream().noneMatch(claim.getValue()::contains)) {
                return false;
            }
        }
        return true;
    }
}
