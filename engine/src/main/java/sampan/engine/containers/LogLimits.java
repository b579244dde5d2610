package sampan.engine.containers;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// How much log a container keeps.
///
/// @param maxBytes of one file; -1 without limit
/// @param maxFiles how many files, the one being written included
public record LogLimits(long maxBytes, int maxFiles) {
    private static final Pattern SIZE = Pattern.compile("([0-9]+)([kmgt]?)b?");
    private static final int LOCAL_FILES = 5;
    private static final long LOCAL_BYTES = 20L << 20;
    private static final int FILES_MAX = 1000;

    /// From the options `max-size` and `max-file`. The driver `local` has limits of its own where
    /// none are given: 20 MiB in 5 files.
    public static LogLimits of(LifecycleSpec life) {
        boolean local = life.logDriver().equals("local");
        String size = life.logOptions().getOrDefault("max-size", "");
        String files = life.logOptions().getOrDefault("max-file", "");
        long bytes = size.isEmpty() ? (local ? LOCAL_BYTES : -1) : bytes(size);
        int count = files.isEmpty() ? (local ? LOCAL_FILES : 1) : count(files);
        if (bytes == -1 && count > 1 && !files.isEmpty()) {
            throw SampanException.invalid("max-size must be specified with max-file");
        }
        if (life.logOptions().getOrDefault("compress", "false").equals("true")) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "log option compress is not supported: leave it out");
        }
        return new LogLimits(bytes, count);
    }

    private static long bytes(String text) {
        if (text.equals("-1")) {
            return -1;
        }
        Matcher parts = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches() || parts.group(1).length() > 12) {
            throw SampanException.invalid("invalid value for max-size: " + text);
        }
        int shift =
                switch (parts.group(2)) {
                    case "k" -> 10;
                    case "m" -> 20;
                    case "g" -> 30;
                    case "t" -> 40;
                    default -> 0;
                };
        long bytes = Long.parseLong(parts.group(1)) << shift;
        if (bytes <= 0) {
            throw SampanException.invalid("max-size must be a positive number: " + text);
        }
        return bytes;
    }

    private static int count(String text) {
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1) {
            throw SampanException.invalid("max-file cannot be less than 1: " + text);
        }
        return Math.min(FILES_MAX, Integer.parseInt(text));
    }
}
