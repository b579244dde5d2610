package sampan.engine.tasks;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.runtime.monitor.StepFailure;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.PlanListing;

/// The plans of the last execs, the very bytes that their launchers were given. In memory only, for
/// an exec is too short to write for. Thread-safe.
public final class ExecPlans {
    /// Execs that are kept; the oldest is given up for one more.
    public static final int KEPT_MAX = 32;

    /// Bytes of all plans that are kept; a larger one is not kept at all.
    public static final int BYTES_MAX = 512 << 10;

    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private int bytes;

    private record Kept(Instant at, String cgroup, byte[] plan, Optional<StepFailure> failure) {
        Kept failed(StepFailure of) {
            return new Kept(at, cgroup, plan, Optional.of(of));
        }
    }

    synchronized void keep(String execId, LaunchPlan plan, String cgroup) {
        byte[] copy = new byte[plan.size()];
        plan.bytes().get(copy);
        bytes += copy.length;
        kept.put(execId, new Kept(Instant.now(), cgroup, copy, Optional.empty()));
        while (kept.size() > KEPT_MAX || bytes > BYTES_MAX) {
            String oldest = kept.keySet().iterator().next();
            Kept gone = kept.remove(oldest);
            bytes -= gone == null ? 0 : gone.plan().length;
        }
    }

    synchronized void failed(String execId, StepFailure failure) {
        kept.computeIfPresent(execId, (_, plan) -> plan.failed(failure));
    }

    /// What was launched, if it is kept still.
    public synchronized Optional<LaunchRecord> find(String execId) {
        return Optional.ofNullable(kept.get(execId))
                .map(plan ->
                        new LaunchRecord(
                                plan.at(),
                                plan.cgroup(),
                                List.of(),
                                PlanListing.of(ByteBuffer.wrap(plan.plan())),
                                plan.failure()));
    }
}
