package sampan.gateway.limits;

import org.jspecify.annotations.Nullable;

/// What a service's [Resilience] remembers; outlives a table.
///
/// @param budget null where nothing is asked twice
/// @param latencies null where no percentile is asked for
/// @param adaptive null where the number of concurrent requests is fixed
public record Guards(
        Resilience settings,
        @Nullable Budget budget,
        @Nullable Latencies latencies,
        @Nullable AdaptiveLimit adaptive) {
    public static final Guards NONE = new Guards(Resilience.NONE, null, null, null);

    /// Those of a service; what was known goes on where it is asked for still.
    public static Guards of(Resilience settings, Guards before) {
        if (settings.equals(before.settings)) {
            return before;
        }
        Budget budget = settings.repeats() ? new Budget(settings.budgetPercent()) : null;
        Latencies latencies = settings.hedging().percentile() > 0 ? new Latencies() : null;
        Resilience.Adaptive bounds = settings.adaptive();
        AdaptiveLimit adaptive =
                bounds.isOn() ? new AdaptiveLimit(bounds.min(), bounds.max()) : null;
        return new Guards(settings, budget, latencies, adaptive);
    }
}
