package sampan.runtime.compile;

import java.util.Map;
import java.util.Set;

/// How far resource limits may be raised.
///
/// @param mayRaise the launcher has CAP_SYS_RESOURCE
/// @param hard the launcher's own hard limits by name (`RLIMIT_NOFILE`), -1 for unlimited; limits
///   that are not named are not checked before the launch
/// @param clampable names whose values are only wishes (the engine's own defaults): they are
///   lowered to the ceiling, the others are refused beyond it
public record LimitCeiling(boolean mayRaise, Map<String, Long> hard, Set<String> clampable) {
    /// Nothing is checked: the kernel decides.
    public static final LimitCeiling NONE = new LimitCeiling(true, Map.of(), Set.of());

    /// The same, but nothing is only a wish.
    public LimitCeiling strict() {
        return new LimitCeiling(mayRaise, hard, Set.of());
    }

    public LimitCeiling {
        hard = Map.copyOf(hard);
        clampable = Set.copyOf(clampable);
    }
}
