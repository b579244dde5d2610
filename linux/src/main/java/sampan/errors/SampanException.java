package sampan.errors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/// A failure with a code. The message is lower case without a full stop, says what was attempted on
/// what, and what to do where the reader can do something.
public class SampanException extends RuntimeException {
    private final ErrorCode code;

    public SampanException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public SampanException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /// Never null: every constructor takes one.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public ErrorCode code() {
        return code;
    }

    public static SampanException notFound(String message) {
        return new SampanException(ErrorCode.NOT_FOUND, message);
    }

    public static SampanException conflict(String message) {
        return new SampanException(ErrorCode.CONFLICT, message);
    }

    /// What failed on a disk, as a full or a read-only one does, in the kernel's words.
    public static SampanException storage(UncheckedIOException failure) {
        IOException cause = Objects.requireNonNull(failure.getCause(), "made with a cause");
        String subject = String.valueOf(failure.getMessage());
        String words = String.valueOf(cause.getMessage());
        // Made without words of its own it repeats those of its cause.
        String message = subject.equals(cause.toString()) ? words : subject + ": " + words;
        return new SampanException(ErrorCode.INTERNAL, message, failure);
    }

    public static SampanException invalid(String message) {
        return new SampanException(ErrorCode.INVALID, message);
    }
}
