package sampan.runtime.compile;

import static sampan.runtime.plan.PlanWriter.CWD;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.User;
import sampan.runtime.plan.PlanWriter;

/// The process's own attributes and its program: what the first process of a container and one that
/// joins it have in common.
///
/// Order: what needs privilege first, then the way down to the user. Without no_new_privs the
/// filter needs CAP_SYS_ADMIN, so it comes before the user; with it, last of all.
final class ProcessSteps {
    private static final int DEFAULT_UMASK = 0022;
    private static final Capabilities NO_CAPABILITIES = Capabilities.of(List.of());
    private static final String HOME = "HOME=";

    private final PlanWriter plan;
    private final ContainerProcess process;
    private final KernelFeatures kernel;
    private final Optional<SeccompFilter> seccomp;

    ProcessSteps(
            PlanWriter plan,
            ContainerProcess process,
            KernelFeatures kernel,
            Optional<SeccompFilter> seccomp) {
        this.plan = plan;
        this.process = process;
        this.kernel = kernel;
        this.seccomp = seccomp;
        if (process.args().isEmpty()) {
            throw SampanException.invalid("process.args is empty: give the program to run");
        }
        if (!process.cwd().startsWith("/")) {
            throw SampanException.invalid("Cwd must be an absolute path");
        }
    }

    /// In the launcher after the clone.
    ///
    /// @param optional a forbidden value is no failure
    void oomScore(boolean optional) {
        process.oomScoreAdj()
                .ifPresent(score -> {
                    if (score < -1000 || score > 1000) {
                        throw SampanException.invalid(
                                "oomScoreAdj " + score + " is out of range: give -1000 to 1000");
                    }
                    if (optional) {
                        plan.with(PlanWriter.IGNORE_ERROR);
                    }
                    plan.writeChild("oom_score_adj", Integer.toString(score));
                });
    }

    /// Everything up to the point where the process is the user with its capabilities.
    void attributes(LimitCeiling ceiling) {
        new RlimitSteps(plan, ceiling).write(process.rlimits());
        new SchedulingSteps(plan).write(process);
        labels();
        if (process.noNewPrivileges()) {
            plan.noNewPrivs();
        } else {
            filter();
        }
        user();
    }

    private void labels() {
        if (!process.apparmorProfile().isEmpty()) {
            if (!kernel.apparmor()) {
                throw new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "apparmor: config provided but apparmor not supported");
            }
            plan.writeFile(
                    CWD, "/proc/self/attr/apparmor/exec", "exec " + process.apparmorProfile());
        }
        if (!process.selinuxLabel().isEmpty()) {
            requireSelinux(kernel);
            plan.writeFile(CWD, "/proc/self/attr/exec", process.selinuxLabel());
        }
    }

    static void requireSelinux(KernelFeatures kernel) {
        if (!kernel.selinux()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "selinux label is specified in config, but selinux is disabled or not"
                            + " supported");
        }
    }

    private void filter() {
        seccomp.ifPresent(s -> {
            plan.seccomp(
                    s.flags(),
                    s.listener().map(SeccompFilter.Listener::socket).orElse(PlanWriter.NONE),
                    s.program(),
                    s.listener().map(SeccompFilter.Listener::message).orElse(""));
            s.listener().ifPresent(l -> plan.close(l.socket()));
        });
    }

    private void user() {
        User user = process.user();
        CapabilitySets sets =
                CapabilitySets.of(process.capabilities().orElse(NO_CAPABILITIES), plan);
        plan.umask(user.umask().orElse(DEFAULT_UMASK));
        plan.capBounding(sets.bounding());
        boolean drops = user.uid() != 0;
        if (drops) {
            plan.keepCaps(true);
        }
        // As root first: a directory of another user may be closed to this one.
        plan.chdir(process.cwd());
        plan.setgroups(MonitorSteps.gids(user.additionalGids(), user.additionalGids().size()));
        plan.setgid(user.gid());
        plan.setuid(user.uid());
        if (drops) {
            plan.keepCaps(false);
        }
        plan.capSet(sets.effective(), sets.permitted(), sets.inheritable());
        plan.capAmbient(sets.ambient());
    }

    /// Fails as [#exec] would where there is no such program, while the caller still listens.
    void find() {
        plan.findProgram(process.args().getFirst(), path(process.env()));
    }

    /// The end of the plan.
    void exec(String home) {
        plan.defaultSignals();
        if (process.noNewPrivileges()) {
            filter();
        }
        List<String> env = environment(process.env(), home);
        plan.exec(process.args().getFirst(), process.args(), env, path(env));
    }

    private static String path(List<String> env) {
        for (String variable : env) {
            if (variable.startsWith("PATH=")) {
                return variable.substring("PATH=".length());
            }
        }
        return "";
    }

    static boolean hasHome(ContainerProcess process) {
        for (String variable : process.env()) {
            if (variable.startsWith(HOME)) {
                return true;
            }
        }
        return false;
    }

    /// Console and `process.terminal` need each other.
    static void checkTerminal(boolean console, ContainerProcess process) {
        if (console != process.terminal()) {
            throw SampanException.invalid(
                    console
                            ? "a console was given, but process.terminal is false"
                            : "process.terminal is true, but there is no console for it");
        }
    }

    /// Each name once, the last value at its last place, and HOME where the spec has none.
    static List<String> environment(List<String> env, String home) {
        Set<String> names = new HashSet<>(env.size() * 2);
        List<String> kept = new ArrayList<>(env.size() + 1);
        for (int i = env.size() - 1; i >= 0; i--) {
            String variable = env.get(i);
            int equals = variable.indexOf('=');
            if (equals <= 0) {
                throw SampanException.invalid(
                        "invalid environment variable: "
                                + (equals < 0 ? "missing '='" : "name cannot be empty")
                                + ": \""
                                + variable
                                + "\"");
            }
            if (names.add(variable.substring(0, equals))) {
                kept.add(variable);
            }
        }
        java.util.Collections.reverse(kept);
        if (!names.contains("HOME")) {
            kept.add(HOME + home);
        }
        return kept;
    }
}
