package sampan.engine.tasks;

import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.runtime.monitor.StepFailure;

/// Why a container did not start, in the words and exit codes by which Docker's clients tell the
/// cases apart: 127 for a program that is not there, 126 for one that cannot run, 128 for the rest.
public final class StartFailure extends SampanException {
    private static final int NOT_FOUND = 127;
    private static final int NOT_RUNNABLE = 126;
    private static final int OTHER = 128;

    private final int exitCode;

    private StartFailure(int exitCode, String message) {
        super(ErrorCode.INVALID, message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /// @param program the first argument
    static StartFailure of(StepFailure failure, String program) {
        return new StartFailure(
                code(failure),
                "failed to create task for container: unable to start container process: "
                        + reason(failure, program));
    }

    /// Of one more process of a running container.
    static StartFailure ofExec(StepFailure failure, String program) {
        return new StartFailure(
                code(failure),
                "OCI runtime exec failed: exec failed: unable to start container process: "
                        + reason(failure, program));
    }

    /// The monitor was killed before it told anything.
    static StartFailure lost() {
        return new StartFailure(
                OTHER,
                "failed to create task for container: its monitor ended without a word; look for"
                        + " a kill by memory limits in the kernel's log");
    }

    private static int code(StepFailure failure) {
        if (!executes(failure) && !failure.call().equals("CHDIR")) {
            return failure.errno() == Errno.ENOENT ? NOT_FOUND : OTHER;
        }
        return failure.errno() == Errno.ENOENT ? NOT_FOUND : NOT_RUNNABLE;
    }

    private static boolean executes(StepFailure failure) {
        return failure.call().equals("EXEC") || failure.call().equals("EXEC_FD");
    }

    private static String reason(StepFailure failure, String program) {
        String path = failure.path().isEmpty() ? program : failure.path();
        if (executes(failure)) {
            boolean searched = program.indexOf('/') < 0 && failure.errno() == Errno.ENOENT;
            return "exec: \""
                    + program
                    + "\": "
                    + (searched ? "executable file not found in $PATH" : text(failure.errno()));
        }
        if (failure.call().equals("CHDIR")) {
            return "chdir to cwd (\"" + path + "\") failed: " + text(failure.errno());
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
                + (failure.detail().isEmpty() ? "" : ": " + failure.detail());
    }

    private static String text(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "operation not permitted";
            case Errno.ENOENT -> "no such file or directory";
            case Errno.EACCES -> "permission denied";
            case Errno.ENOEXEC -> "exec format error";
            case Errno.ENOTDIR -> "not a directory";
            case Errno.EISDIR -> "is a directory";
            case Errno.EINVAL -> "invalid argument";
            case Errno.EBUSY -> "device or resource busy";
            case Errno.ENOMEM -> "cannot allocate memory";
            case Errno.ENOSPC -> "no space left on device";
            case Errno.EROFS -> "read-only file system";
            case Errno.ELOOP -> "too many levels of symbolic links";
            case Errno.ENODEV -> "no such device";
            case Errno.E2BIG -> "argument list too long";
            case Errno.EAGAIN -> "resource temporarily unavailable";
            default -> "errno " + errno;
        };
    }
}
