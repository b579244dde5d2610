package sampan.linux.capabilities;

import java.util.Locale;
import java.util.Optional;

/// One capability; its ordinal is the kernel's number (linux/capability.h as of Linux 6.18, where
/// the last is 40).
@SuppressWarnings("EnumOrdinal") // The order is the kernel's ABI, and a test holds it.
public enum Capability {
    CAP_CHOWN,
    CAP_DAC_OVERRIDE,
    CAP_DAC_READ_SEARCH,
    CAP_FOWNER,
    CAP_FSETID,
    CAP_KILL,
    CAP_SETGID,
    CAP_SETUID,
    CAP_SETPCAP,
    CAP_LINUX_IMMUTABLE,
    CAP_NET_BIND_SERVICE,
    CAP_NET_BROADCAST,
    CAP_NET_ADMIN,
    CAP_NET_RAW,
    CAP_IPC_LOCK,
    CAP_IPC_OWNER,
    CAP_SYS_MODULE,
    CAP_SYS_RAWIO,
    CAP_SYS_CHROOT,
    CAP_SYS_PTRACE,
    CAP_SYS_PACCT,
    CAP_SYS_ADMIN,
    CAP_SYS_BOOT,
    CAP_SYS_NICE,
    CAP_SYS_RESOURCE,
    CAP_SYS_TIME,
    CAP_SYS_TTY_CONFIG,
    CAP_MKNOD,
    CAP_LEASE,
    CAP_AUDIT_WRITE,
    CAP_AUDIT_CONTROL,
    CAP_SETFCAP,
    CAP_MAC_OVERRIDE,
    CAP_MAC_ADMIN,
    CAP_SYSLOG,
    CAP_WAKE_ALARM,
    CAP_BLOCK_SUSPEND,
    CAP_AUDIT_READ,
    CAP_PERFMON,
    CAP_BPF,
    CAP_CHECKPOINT_RESTORE;

    private static final Capability[] BY_NUMBER = values();
    private static final String PREFIX = "CAP_";

    /// The kernel's number.
    public int number() {
        return ordinal();
    }

    /// The one bit that stands for it in a set.
    public long bit() {
        return 1L << ordinal();
    }

    /// The capability of that number, empty where this build does not know it.
    public static Optional<Capability> ofNumber(int number) {
        return number >= 0 && number < BY_NUMBER.length
                ? Optional.of(BY_NUMBER[number])
                : Optional.empty();
    }

    /// The capability of that name: any case, with or without `CAP_`.
    public static Optional<Capability> named(String name) {
        String full = full(name);
        for (Capability capability : BY_NUMBER) {
            if (capability.name().equals(full)) {
                return Optional.of(capability);
            }
        }
        return Optional.empty();
    }

    static String full(String name) {
        String upper = name.strip().toUpperCase(Locale.ROOT);
        return upper.startsWith(PREFIX) ? upper : PREFIX + upper;
    }
}
