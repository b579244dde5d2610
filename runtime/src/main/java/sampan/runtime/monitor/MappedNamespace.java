package sampan.runtime.monitor;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.PlanWriter;
import sampan.runtime.plan.Stage;

/// Makes a user namespace, and others that belong to it, without a program in them: a process is
/// born there, its namespace is opened, and it ends.
public final class MappedNamespace {
    private static final int LIMIT_SECONDS = 30;

    private MappedNamespace() {}

    /// What starts launchers, as [Launcher#launch] does.
    public interface Starter {
        Monitor launch(LaunchPlan plan, List<Fd> descriptors, MonitorListener listener);
    }

    /// @param flags CLONE_NEWUSER and what belongs to it
    /// @param uids the lines of its uid_map
    /// @param kind which of the namespaces is returned, as /proc/PID/ns names it
    /// @return the caller's to close
    /// @throws SampanException UNSUPPORTED where the kernel refuses it
    public static Fd make(Starter starter, long flags, String uids, String gids, String kind) {
        PlanWriter plan = new PlanWriter(0);
        plan.clone(flags, PlanWriter.NONE);
        plan.stage(Stage.PARENT);
        plan.writeChild("uid_map", uids);
        plan.writeChild("gid_map", gids);
        plan.sync();
        plan.stage(Stage.CHILD);
        // Never reached: letting go of a plan in SYNC ends its process.
        plan.exec("/", List.of("/"), List.of(), "");
        Created created = new Created();
        Monitor monitor = starter.launch(plan.finish(), List.of(), created);
        try {
            int pid = created.pid.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return Fd.open("/proc/" + pid + "/ns/" + kind, Open.RDONLY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "no user namespace with the maps " + uids.strip() + ": " + e.getMessage(),
                    e);
        } finally {
            monitor.close();
        }
    }

    private static final class Created implements MonitorListener {
        private final CompletableFuture<Integer> pid = new CompletableFuture<>();

        @Override
        public void created(int process) {
            pid.complete(process);
        }

        @Override
        public void started(int process, Instant at) {}

        @Override
        public void failed(StepFailure failure) {
            pid.completeExceptionally(
                    new SampanException(ErrorCode.UNSUPPORTED, failure.toString()));
        }

        @Override
        public void exited(ExitRecord exit) {
            pid.completeExceptionally(new SampanException(ErrorCode.INTERNAL, "it ended"));
        }

        @Override
        public void lost() {
            pid.completeExceptionally(
                    new SampanException(ErrorCode.INTERNAL, "its launcher was killed"));
        }
    }
}
