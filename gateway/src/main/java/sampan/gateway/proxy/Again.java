package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Budget;
import sampan.gateway.limits.Guards;
import sampan.gateway.limits.Resilience;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;

/// Whether a request that a target may have acted on is sent once more: where its method is
/// idempotent, all of it is kept, the service asks for it, and neither budget nor breaker is
/// against it.
final class Again {
    private final Forwarding forwarding;
    private final Loop loop;
    private boolean toldFailure;

    Again(Forwarding forwarding, Loop loop) {
        this.forwarding = forwarding;
        this.loop = loop;
    }

    void begin() {
        toldFailure = false;
    }

    /// Whether the failure was told of already, by what is asked here.
    boolean isToldFailure() {
        return toldFailure;
    }

    private Resilience.@Nullable Retrying retrying() {
        Service service = forwarding.service();
        return service == null ? null : service.settings().resilience().retrying();
    }

    /// Whether what is kept is needed until the answer's status is known.
    boolean waitsForHead() {
        Resilience.Retrying retrying = retrying();
        return retrying != null && retrying.statuses() != 0;
    }

    /// The answer's head has come; true where it is not taken, and the request was sent once more.
    boolean afterAnswer(int status) {
        Resilience.Retrying retrying = retrying();
        boolean tries = retrying != null && retrying.takes(status) && sends();
        if (!tries) {
            forwarding.replay().drop();
        }
        return tries;
    }

    boolean afterReset() {
        Resilience.Retrying retrying = retrying();
        return retrying != null && retrying.reset() && sends();
    }

    boolean afterTimeout() {
        Resilience.Retrying retrying = retrying();
        return retrying != null && retrying.timeout() && sends();
    }

    private boolean sends() {
        Service service = forwarding.service();
        Target failed = forwarding.asked();
        if (service == null || failed == null || !forwarding.replay().isKept()) {
            return false;
        }
        Guards guards = service.state().guards();
        Budget budget = guards.budget();
        if (budget == null || forwarding.attempts() > service.settings().retries()) {
            return false;
        }
        Target other = service.pick(forwarding.hash(), loop.now, failed);
        if (other == null || !budget.spend()) {
            return false;
        }
        forwarding.failed();
        toldFailure = true;
        if (!forwarding.permit().again()) {
            return false; // its breaker has opened by this
        }
        long block = forwarding.replay().copy();
        if (block == 0) {
            return false;
        }
        toldFailure = false;
        forwarding.startAgain(other, block);
        return true;
    }
}
