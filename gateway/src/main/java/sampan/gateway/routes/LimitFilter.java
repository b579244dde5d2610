package sampan.gateway.routes;

/// A filter that keeps a rate.
public interface LimitFilter extends Filter {
    /// What tells it from others of its route.
    String key();

    double perSecond();

    int burst();

    /// Requests that it has refused.
    long refused();

    /// With whom it is kept: `local`, `shared`, or what holds while it cannot be shared.
    String kept();

    /// Decisions that should have been shared and were not.
    long unshared();
}
