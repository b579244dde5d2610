package sampan.engine.disk;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// How full the filesystem below the daemon's root may be.
///
/// @param percent of what ordinary users can have of it; 0 where bytes are meant
/// @param bytes in use; 0 where a percentage is meant
public record DiskMark(int percent, long bytes) {
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,15})([kmgt]?)(?:i?b)?");

    /// `90%`, or bytes in use as `200GB` (units of 1024).
    ///
    /// @param name of the setting, for the error
    public static DiskMark parse(String name, String text) {
        Matcher percent = PERCENT.matcher(text);
        if (percent.matches()) {
            int number = Integer.parseInt(percent.group(1));
            if (number >= 1 && number <= 100) {
                return new DiskMark(number, 0);
            }
        }
        OptionalLong bytes = bytes(text);
        if (bytes.isPresent()) {
            return new DiskMark(0, bytes.getAsLong());
        }
        throw SampanException.invalid(
                name + " " + text + ": give a percentage (90%) or bytes in use (200GB)");
    }

    /// Bytes as `200GB` (units of 1024).
    ///
    /// @param name of the setting, for the error
    public static long bytes(String name, String text) {
        return bytes(text)
                .orElseThrow(() ->
                        SampanException.invalid(name + " " + text + ": give bytes as 16G or 500M"));
    }

    private static OptionalLong bytes(String text) {
        Matcher bytes = BYTES.matcher(text.toLowerCase(Locale.ROOT));
        if (bytes.matches()) {
            int shift =
                    switch (bytes.group(2)) {
                        case "k" -> 10;
                        case "m" -> 20;
                        case "g" -> 30;
                        case "t" -> 40;
                        default -> 0;
                    };
            long number = Long.parseLong(bytes.group(1));
            if (number > 0 && number <= Long.MAX_VALUE >> shift) {
                return OptionalLong.of(number << shift);
            }
        }
        return OptionalLong.empty();
    }

    /// The mark in bytes in use.
    public long of(DiskState disk) {
        return percent > 0 ? disk.usable() / 100 * percent : bytes;
    }

    @Override
    public String toString() {
        return percent > 0 ? percent + "%" : bytes + " bytes";
    }
}
