package sampan.engine.disk;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Reference;

/// What the policy may do.
///
/// @param high absent: the policy is off
/// @param low down to which it frees
/// @param age for which an image with a name must be unused
/// @param keep patterns of references that never go
/// @param stopped age of ended containers that go; absent: none do
public record DiskSettings(
        Optional<DiskMark> high,
        DiskMark low,
        Duration age,
        List<String> keep,
        Optional<Duration> stopped) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");

    /// Above 90 % down to 80 %; images that nobody used for a day; no containers.
    public static final DiskSettings DEFAULT = of("90%", "80%", "24h", "", "never");

    /// INVALID names the setting that is wrong.
    ///
    /// @param high `off` for none
    /// @param keep patterns, separated by commas
    /// @param stopped `never` for none
    public static DiskSettings of(
            String high, String low, String age, String keep, String stopped) {
        Optional<DiskMark> top =
                high.equals("off")
                        ? Optional.empty()
                        : Optional.of(DiskMark.parse("--disk-high", high));
        DiskMark bottom = DiskMark.parse("--disk-low", low);
        boolean sameKind = top.isEmpty() || (top.get().percent() > 0) == (bottom.percent() > 0);
        if (!sameKind || top.isPresent() && isAbove(bottom, top.get())) {
            throw SampanException.invalid(
                    "--disk-low "
                            + low
                            + " is not below --disk-high "
                            + high
                            + ": give a lower one of the same kind");
        }
        List<String> patterns =
                List.of(keep.split(",", -1)).stream()
                        .map(String::strip)
                        .filter(pattern -> !pattern.isEmpty())
                        .toList();
        patterns.forEach(DiskSettings::matcher);
        return new DiskSettings(
                top,
                bottom,
                duration("--disk-age", age),
                patterns,
                stopped.equals("never")
                        ? Optional.empty()
                        : Optional.of(duration("--disk-stopped", stopped)));
    }

    private static boolean isAbove(DiskMark low, DiskMark high) {
        return low.percent() > high.percent() || low.bytes() > high.bytes();
    }

    private static Duration duration(String name, String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw SampanException.invalid(name + " " + text + ": give a time as 30m, 24h or 7d");
        }
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /// Whether a reference, as people see it, is to stay whatever comes.
    boolean keeps(String reference) {
        String name = Reference.parse(reference).familiarName();
        return keep.stream()
                .map(DiskSettings::matcher)
                .anyMatch(m -> m.matches(Path.of(reference)) || m.matches(Path.of(name)));
    }

    private static PathMatcher matcher(String pattern) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (PatternSyntaxException e) {
            throw new SampanException(
                    ErrorCode.INVALID, "--disk-keep " + pattern + ": " + e.getDescription(), e);
        }
    }
}
