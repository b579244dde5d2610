package sampan.errors;

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

    public static SampanException invalid(String message) {
        return new SampanException(ErrorCode.INVALID, message);
    }
}
