package sampan.errors;

/// A system call that failed: which, with what errno, on what.
public final class ErrnoException extends SampanException {
    private final String call;
    private final int errno;
    private final String subject;

    /// @param call the system call's name as in its man page
    /// @param errno the kernel's number, positive
    /// @param errorText the number in words, as strerror(3) has it
    /// @param subject the path, name or descriptor that it was about; may be empty
    public ErrnoException(String call, int errno, String errorText, String subject) {
        super(
                ErrorCode.INTERNAL,
                subject.isEmpty()
                        ? call + ": " + errorText
                        : call + " " + subject + ": " + errorText);
        this.call = call;
        this.errno = errno;
        this.subject = subject;
    }

    public String call() {
        return call;
    }

    public int errno() {
        return errno;
    }

    public String subject() {
        return subject;
    }

    /// ENOENT: there is no such file.
    public boolean isMissing() {
        return errno == 2;
    }

    /// EEXIST: the name is taken.
    public boolean isExisting() {
        return errno == 17;
    }

    /// EPERM or EACCES.
    public boolean isDenied() {
        return errno == 1 || errno == 13;
    }
}
