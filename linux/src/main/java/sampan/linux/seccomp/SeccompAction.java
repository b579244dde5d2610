package sampan.linux.seccomp;

import java.util.Optional;

/// What becomes of a system call (seccomp(2), SECCOMP_RET_*; libseccomp's numbers are the same).
public enum SeccompAction {
    KILL_THREAD(0, "SCMP_ACT_KILL_THREAD"),
    KILL_PROCESS(0x8000_0000, "SCMP_ACT_KILL_PROCESS"),
    /// SIGSYS.
    TRAP(0x0003_0000, "SCMP_ACT_TRAP"),
    /// The call fails with an errno and does nothing.
    ERRNO(0x0005_0000, "SCMP_ACT_ERRNO"),
    /// A supervisor with the listener descriptor decides.
    NOTIFY(0x7fc0_0000, "SCMP_ACT_NOTIFY"),
    /// A tracer decides; without one the call fails with ENOSYS.
    TRACE(0x7ff0_0000, "SCMP_ACT_TRACE"),
    /// Done and logged.
    LOG(0x7ffc_0000, "SCMP_ACT_LOG"),
    ALLOW(0x7fff_0000, "SCMP_ACT_ALLOW");

    private static final int DATA = 0xffff;

    private final int code;
    private final String ociName;

    SeccompAction(int code, String ociName) {
        this.code = code;
        this.ociName = ociName;
    }

    public String ociName() {
        return ociName;
    }

    /// The filter's return value.
    ///
    /// @param data errno or the tracer's message, 0..65535; only [#ERRNO] and [#TRACE] carry it
    int value(int data) {
        return this == ERRNO || this == TRACE ? code | (data & DATA) : code;
    }

    /// Whether the call is done where nobody else objects.
    boolean permits() {
        return this == ALLOW || this == LOG || this == TRACE;
    }

    /// The action of that name in the OCI specification; `SCMP_ACT_KILL` is [#KILL_THREAD].
    public static Optional<SeccompAction> named(String name) {
        if (name.equals("SCMP_ACT_KILL")) {
            return Optional.of(KILL_THREAD);
        }
        for (SeccompAction action : values()) {
            if (action.ociName.equals(name)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }
}
