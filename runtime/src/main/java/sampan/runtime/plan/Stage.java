package sampan.runtime.plan;

import java.util.Locale;

/// Where a step runs; ordinals are `enum plan_stage`.
public enum Stage {
    /// In the launcher before the clone.
    MONITOR,
    /// In the launcher after the clone, while the child waits.
    PARENT,
    /// In the child.
    CHILD;

    /// Lower case, as listings show it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
