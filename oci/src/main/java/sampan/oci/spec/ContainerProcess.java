package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;

/// What runs: `process` of the specification, and the document that `exec --process` takes.
///
/// @param args argv; the first is looked for in the PATH of `env`
/// @param cwd absolute
/// @param capabilities absent: none at all
/// @param execCPUAffinity for processes that join a container; means nothing for its first
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ContainerProcess(
        boolean terminal,
        Optional<ConsoleSize> consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        Optional<Capabilities> capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        String apparmorProfile,
        Optional<Integer> oomScoreAdj,
        Optional<Scheduler> scheduler,
        String selinuxLabel,
        Optional<IoPriority> ioPriority,
        Optional<CpuAffinity> execCPUAffinity) {
    public ContainerProcess {
        consoleSize = Absent.optional(consoleSize);
        user = Absent.or(user, User.ROOT);
        args = Absent.list(args);
        env = Absent.list(env);
        cwd = Absent.text(cwd);
        capabilities = Absent.optional(capabilities);
        rlimits = Absent.list(rlimits);
        apparmorProfile = Absent.text(apparmorProfile);
        oomScoreAdj = Absent.optional(oomScoreAdj);
        scheduler = Absent.optional(scheduler);
        selinuxLabel = Absent.text(selinuxLabel);
        ioPriority = Absent.optional(ioPriority);
        execCPUAffinity = Absent.optional(execCPUAffinity);
    }

    /// Characters of the terminal.
    public record ConsoleSize(int height, int width) {}

    /// @param policy `SCHED_OTHER` and so on
    /// @param runtime nanoseconds, SCHED_DEADLINE only
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Scheduler(
            String policy,
            int nice,
            int priority,
            List<String> flags,
            long runtime,
            long deadline,
            long period) {
        public Scheduler {
            policy = Absent.text(policy);
            flags = Absent.list(flags);
        }
    }

    /// @param type `IOPRIO_CLASS_RT`, `IOPRIO_CLASS_BE` or `IOPRIO_CLASS_IDLE`
    public record IoPriority(@JsonProperty("class") String type, int priority) {
        public IoPriority {
            type = Absent.text(type);
        }
    }

    /// CPU lists such as `0-3,7`.
    ///
    /// @param initial until the process is in its cgroup
    /// @param last from then on
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record CpuAffinity(String initial, @JsonProperty("final") String last) {
        public CpuAffinity {
            initial = Absent.text(initial);
            last = Absent.text(last);
        }
    }

    public static Builder builder(List<String> args) {
        return new Builder(args);
    }

    public Builder toBuilder() {
        Builder b = new Builder(args);
        b.terminal = terminal;
        b.consoleSize = consoleSize;
        b.user = user;
        b.env = env;
        b.cwd = cwd;
        b.capabilities = capabilities;
        b.rlimits = rlimits;
        b.noNewPrivileges = noNewPrivileges;
        b.apparmorProfile = apparmorProfile;
        b.oomScoreAdj = oomScoreAdj;
        b.scheduler = scheduler;
        b.selinuxLabel = selinuxLabel;
        b.ioPriority = ioPriority;
        b.execCPUAffinity = execCPUAffinity;
        return b;
    }

    /// Fills a [ContainerProcess] field by field. For one thread.
    public static final class Builder {
        private List<String> args;
        private boolean terminal;
        private Optional<ConsoleSize> consoleSize = Optional.empty();
        private User user = User.ROOT;
        private List<String> env = List.of();
        private String cwd = "/";
        private Optional<Capabilities> capabilities = Optional.empty();
        private List<Rlimit> rlimits = List.of();
        private boolean noNewPrivileges;
        private String apparmorProfile = "";
        private Optional<Integer> oomScoreAdj = Optional.empty();
        private Optional<Scheduler> scheduler = Optional.empty();
        private String selinuxLabel = "";
        private Optional<IoPriority> ioPriority = Optional.empty();
        private Optional<CpuAffinity> execCPUAffinity = Optional.empty();

        private Builder(List<String> args) {
            this.args = args;
        }

        public Builder args(List<String> value) {
            args = value;
            return this;
        }

        public Builder terminal(boolean value) {
            terminal = value;
            return this;
        }

        public Builder consoleSize(int rows, int columns) {
            consoleSize = Optional.of(new ConsoleSize(rows, columns));
            return this;
        }

        public Builder user(User value) {
            user = value;
            return this;
        }

        public Builder env(List<String> value) {
            env = value;
            return this;
        }

        public Builder cwd(String value) {
            cwd = value;
            return this;
        }

        public Builder capabilities(Capabilities value) {
            capabilities = Optional.of(value);
            return this;
        }

        public Builder rlimits(List<Rlimit> value) {
            rlimits = value;
            return this;
        }

        public Builder noNewPrivileges(boolean value) {
            noNewPrivileges = value;
            return this;
        }

        public Builder apparmorProfile(String value) {
            apparmorProfile = value;
            return this;
        }

        public Builder oomScoreAdj(int value) {
            oomScoreAdj = Optional.of(value);
            return this;
        }

        public Builder scheduler(Scheduler value) {
            scheduler = Optional.of(value);
            return this;
        }

        public Builder selinuxLabel(String value) {
            selinuxLabel = value;
            return this;
        }

        public Builder ioPriority(IoPriority value) {
            ioPriority = Optional.of(value);
            return this;
        }

        public Builder execCPUAffinity(CpuAffinity value) {
            execCPUAffinity = Optional.of(value);
            return this;
        }

        public ContainerProcess build() {
            return new ContainerProcess(
                    terminal,
                    consoleSize,
                    user,
                    args,
                    env,
                    cwd,
                    capabilities,
                    rlimits,
                    noNewPrivileges,
                    apparmorProfile,
                    oomScoreAdj,
                    scheduler,
                    selinuxLabel,
                    ioPriority,
                    execCPUAffinity);
        }
    }
}
