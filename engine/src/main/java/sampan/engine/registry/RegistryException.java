package sampan.engine.registry;

import java.util.Locale;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A registry answered with a refusal. The message is the registry's: `manifest unknown: TEXT`.
public final class RegistryException extends SampanException {
    public static final String DENIED = "DENIED";
    public static final String UNAUTHORIZED = "UNAUTHORIZED";
    public static final String MANIFEST_UNKNOWN = "MANIFEST_UNKNOWN";
    public static final String NAME_UNKNOWN = "NAME_UNKNOWN";

    private static final int TEXT_CHARS_MAX = 400;

    private final int status;
    private final String reason;

    /// @param status of HTTP
    /// @param reason a code of the distribution-spec, `MANIFEST_UNKNOWN`, or another in that style
    public RegistryException(int status, String reason, String message) {
        super(codeOf(status), words(reason, message));
        this.status = status;
        this.reason = reason;
    }

    private static ErrorCode codeOf(int status) {
        return switch (status) {
            case 401, 403 -> ErrorCode.DENIED;
            case 404 -> ErrorCode.NOT_FOUND;
            case 408, 429, 500, 502, 503, 504 -> ErrorCode.UNAVAILABLE;
            default -> ErrorCode.INVALID;
        };
    }

    private static String words(String reason, String message) {
        String words = reason.toLowerCase(Locale.ROOT).replace('_', ' ');
        String clean = message.replaceAll("\\p{Cntrl}", " ").strip();
        String text =
                clean.length() > TEXT_CHARS_MAX ? clean.substring(0, TEXT_CHARS_MAX) + "…" : clean;
        return text.isEmpty() ? words : words + ": " + text;
    }

    public int status() {
        return status;
    }

    public String reason() {
        return reason;
    }

    /// Whether the same request may succeed a little later.
    public boolean passing() {
        return code() == ErrorCode.UNAVAILABLE;
    }
}
