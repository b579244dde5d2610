package sampan.engine.tasks;

import java.util.Optional;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.SecurityOptions;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.seccomp.DefaultProfile;
import sampan.linux.seccomp.KernelVersion;
import sampan.linux.seccomp.SeccompArch;
import sampan.linux.seccomp.SeccompCompiler;
import sampan.linux.seccomp.SeccompProgram;
import sampan.runtime.compile.SeccompFilter;

/// The system call filter of a container, compiled. Thread-safe; the compiler keeps what it made.
public final class SystemCallFilters {
    private static final System.Logger LOG = System.getLogger("sampan.engine");
    private static final String UNCONFINED = "unconfined";

    private final SeccompCompiler compiler;

    public SystemCallFilters(SeccompCompiler compiler) {
        this.compiler = compiler;
    }

    /// Makes the filter of ordinary containers in the background, so that the first of them need
    /// not wait for all of it.
    ///
    /// @param available what the daemon may give
    public void prepare(CapabilitySet available) {
        Thread.ofPlatform()
                .name("seccomp")
                .daemon()
                .start(() -> {
                    try {
                        compiler.compile(
                                DefaultProfile.forCapabilities(
                                        CapabilitySet.DEFAULT.intersect(available)));
                    } catch (SampanException e) {
                        // The first container that needs it tells its client.
                        LOG.log(System.Logger.Level.DEBUG, "seccomp: " + e.getMessage());
                    }
                });
    }

    /// The default profile, the container's own, or none; a privileged one has none unless it asks.
    ///
    /// @param capabilities of the process: the default profile allows what they mean
    Optional<SeccompFilter> filter(ContainerSpec spec, CapabilitySet capabilities) {
        Optional<String> asked = SecurityOptions.parse(spec.security()).seccomp();
        if (asked.isEmpty()) {
            return spec.security().privileged()
                    ? Optional.empty()
                    : Optional.of(
                            SeccompFilter.of(
                                    compiler.compile(
                                            DefaultProfile.forCapabilities(capabilities))));
        }
        if (asked.get().equals(UNCONFINED)) {
            return Optional.empty();
        }
        SeccompProgram program =
                compiler.compile(
                        SeccompProfiles.read(asked.get())
                                .resolve(
                                        capabilities,
                                        SeccompArch.current(),
                                        KernelVersion.current()));
        if (program.listener()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "seccomp profile notifies a supervisor, which is not supported here: use"
                            + " SCMP_ACT_ERRNO");
        }
        return Optional.of(SeccompFilter.of(program));
    }

    /// INVALID for a profile that cannot be read.
    static void check(ContainerSpec spec) {
        SecurityOptions.parse(spec.security())
                .seccomp()
                .filter(text -> !text.equals(UNCONFINED))
                .ifPresent(SeccompProfiles::read);
    }
}
