package sampan.runtime.monitor;

import java.util.Map;
import sampan.linux.sys.Errno;

/// What a failed step means to who started the process: the words and the exit codes that users of
/// runc know, where they have any; else the step as it is.
public final class StepFailures {
    /// Exit code of a program that is not there.
    public static final int NOT_FOUND = 127;

    /// Exit code of a program that may not run.
    public static final int NOT_RUNNABLE = 126;

    /// Exit code of every other failure before the program.
    public static final int OTHER = 128;

    private static final String WRONG_KIND =
            ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the"
                    + " specified host path exists and is the expected type";

    private static final String ID_MAP = "failed to set MOUNT_ATTR_IDMAP on ";
    private static final String NO_ID_MAP =
            " (maybe the filesystem used doesn't support idmap mounts on this kernel?)";

    /// Steps that say nothing of themselves but their name, in words.
    private static final Map<String, String> WORDS =
            Map.ofEntries(
                    Map.entry("SETHOSTNAME", "sethostname"),
                    Map.entry("SETDOMAINNAME", "setdomainname"),
                    Map.entry("RLIMIT", "error setting rlimits for ready process: setrlimit"),
                    Map.entry("CAP_BOUNDING", "unable to apply bounding set"),
                    Map.entry("CAP_SET", "unable to apply caps"),
                    Map.entry("CAP_AMBIENT", "unable to apply ambient caps"),
                    Map.entry("KEEP_CAPS", "unable to set keep caps"),
                    Map.entry("NO_NEW_PRIVS", "unable to set no_new_privs"),
                    Map.entry(
                            "SECCOMP",
                            "unable to init seccomp: error loading seccomp filter into kernel"),
                    Map.entry("SETGROUPS", "unable to setgroups"),
                    Map.entry("SETGID", "unable to setgid"),
                    Map.entry("SETUID", "unable to setuid"),
                    Map.entry("PERSONALITY", "unable to set personality"),
                    Map.entry("SCHED_ATTR", "error setting scheduler: sched_setattr"),
                    Map.entry("IOPRIO", "error setting ioPriority: ioprio_set"),
                    Map.entry("AFFINITY", "error setting CPU affinity: sched_setaffinity"),
                    Map.entry("MEMPOLICY", "error setting memory policy: set_mempolicy"),
                    Map.entry("KEYRING", "unable to join session keyring"),
                    Map.entry("PIVOT", "error jailing process inside rootfs: pivot_root ."),
                    Map.entry("MOVE_ROOT", "error jailing process inside rootfs: move_mount"),
                    Map.entry("CHROOT", "error jailing process inside rootfs: chroot"),
                    Map.entry("LOOPBACK_UP", "unable to set up the loopback device"));

    private StepFailures() {}

    /// The exit code that stands for it in a container's state.
    public static int code(StepFailure failure) {
        if (executes(failure)) {
            return missing(failure) ? NOT_FOUND : NOT_RUNNABLE;
        }
        if (failure.call().equals("CHDIR")) {
            return failure.errno() == Errno.EACCES ? NOT_RUNNABLE : NOT_FOUND;
        }
        return failure.errno() == Errno.ENOENT ? NOT_FOUND : OTHER;
    }

    // EINVAL: no name at all.
    private static boolean missing(StepFailure failure) {
        return switch (failure.errno()) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.EINVAL -> true;
            default -> false;
        };
    }

    private static boolean executes(StepFailure failure) {
        return switch (failure.call()) {
            case "EXEC", "EXEC_FD", "FIND_PROGRAM" -> true;
            default -> false;
        };
    }

    /// Why, without a full stop.
    ///
    /// @param purpose what the plan says of the step ([sampan.runtime.plan.LaunchPlan#purpose]);
    ///   may be empty
    /// @param program the first argument of the process
    public static String reason(StepFailure failure, String purpose, String program) {
        if (executes(failure)) {
            return "exec: \"" + program + "\": " + programReason(failure, program);
        }
        return switch (failure.call()) {
            case "CHDIR" ->
                    failure.errno() == Errno.EXDEV
                            ? "current working directory is outside of container mount namespace"
                                    + " root -- possible container breakout detected"
                            : "chdir to cwd (\""
                                    + failure.path()
                                    + "\") set in config.json failed: "
                                    + text(failure.errno());
            case "HOOK" -> hook(failure, purpose);
            case "MASK" -> "can't mask path \"" + failure.path() + "\": " + text(failure.errno());
            case "READONLY" ->
                    "can't make \"" + failure.path() + "\" read-only: " + text(failure.errno());
            case "MKNOD" ->
                    "error creating device nodes: mknod "
                            + failure.path()
                            + ": "
                            + text(failure.errno());
            case "WRITE_CHILD" -> child(failure);
            default -> step(failure, purpose);
        };
    }

    private static String programReason(StepFailure failure, String program) {
        if (missing(failure)) {
            return program.indexOf('/') < 0
                    ? "executable file not found in $PATH"
                    : "stat " + program + ": " + text(failure.errno());
        }
        return failure.errno() == Errno.EISDIR
                ? "is a directory: permission denied"
                : text(failure.errno());
    }

    private static String hook(StepFailure failure, String purpose) {
        String begin = purpose.isEmpty() ? "error running hook " + failure.path() : purpose;
        String output = ", stdout: , stderr: " + failure.detail().strip();
        return begin
                + ": "
                + switch (failure.errno()) {
                    case Errno.ECANCELED -> wait(failure.waitStatus()) + output;
                    case Errno.ETIMEDOUT -> "hook ran past its timeout" + output;
                    default -> "fork/exec " + failure.path() + ": " + text(failure.errno());
                };
    }

    private static String wait(int status) {
        return switch (ExitStatus.ofWaitStatus(status)) {
            case ExitStatus.Exited(int value) -> "exit status " + value;
            case ExitStatus.Signaled(int signal, boolean _) -> "signal " + signal;
        };
    }

    private static String child(StepFailure failure) {
        if (failure.path().equals("oom_score_adj")
                && (failure.errno() == Errno.EACCES || failure.errno() == Errno.EPERM)) {
            return "oom_score_adj cannot be lowered below the daemon's own without"
                    + " CAP_SYS_RESOURCE: give no negative value";
        }
        return "failed to write " + failure.path() + " of the process: " + text(failure.errno());
    }

    private static String step(StepFailure failure, String purpose) {
        boolean mounts = purpose.startsWith("error mounting");
        boolean wrongKind =
                mounts
                        && (failure.errno() == Errno.ENOTDIR
                                || failure.errno() == Errno.EISDIR
                                || (failure.errno() == Errno.EINVAL
                                        && failure.call().equals("MOVE_MOUNT")));
        String detail = failure.detail().isEmpty() ? "" : ": " + failure.detail();
        if (wrongKind) {
            return purpose + ": not a directory" + WRONG_KIND + detail;
        }
        if (mounts && failure.errno() == Errno.EPERM && failure.call().startsWith("ENSURE_")) {
            return purpose + ": its links lead inside /proc";
        }
        if (purpose.startsWith(ID_MAP) && failure.errno() == Errno.EINVAL) {
            return purpose + ": " + text(Errno.EINVAL) + NO_ID_MAP;
        }
        if (!purpose.isEmpty()) {
            return purpose + ": " + text(failure.errno()) + detail;
        }
        String words = WORDS.get(failure.call());
        if (words != null) {
            return words + ": " + text(failure.errno()) + detail;
        }
        return "step "
                + failure.step()
                + " "
                + failure.call()
                + " ("
                + failure.stage()
                + ")"
                + (failure.path().isEmpty() ? "" : " " + failure.path())
                + ": "
                + text(failure.errno())
                + detail;
    }

    /// An error number in the words of the field.
    public static String text(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "operation not permitted";
            case Errno.ENOENT -> "no such file or directory";
            case Errno.ESRCH -> "no such process";
            case Errno.EACCES -> "permission denied";
            case Errno.ENOEXEC -> "exec format error";
            case Errno.ENOTDIR -> "not a directory";
            case Errno.EISDIR -> "is a directory";
            case Errno.EEXIST -> "file exists";
            case Errno.EINVAL -> "invalid argument";
            case Errno.EBUSY -> "device or resource busy";
            case Errno.ENOMEM -> "cannot allocate memory";
            case Errno.ENOSPC -> "no space left on device";
            case Errno.EXDEV -> "invalid cross-device link";
            case Errno.EROFS -> "read-only file system";
            case Errno.ELOOP -> "too many levels of symbolic links";
            case Errno.ENODEV -> "no such device";
            case Errno.E2BIG -> "argument list too long";
            case Errno.EAGAIN -> "resource temporarily unavailable";
            case Errno.ENOSYS -> "function not implemented";
            default -> "errno " + errno;
        };
    }
}
