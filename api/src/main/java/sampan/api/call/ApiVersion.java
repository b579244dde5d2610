package sampan.api.call;

/// A version of the API. Each request names one in its path, or gets the newest.
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    public static final ApiVersion OLDEST = new ApiVersion(1, 24);
    public static final ApiVersion NEWEST = new ApiVersion(1, 51);

    private static final int DIGITS_MAX = 6;

    /// Reads digits and dots, as they stand in a path: what is missing is 0, what follows the
    /// second number says nothing.
    public static ApiVersion parse(String text) {
        String[] parts = text.split("\\.", 3);
        return new ApiVersion(number(parts[0]), parts.length > 1 ? number(parts[1]) : 0);
    }

    private static int number(String digits) {
        if (digits.isEmpty()) {
            return 0;
        }
        return digits.length() > DIGITS_MAX ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    /// The request is of API 1.`newerMinor` or later.
    public boolean atLeast(int newerMinor) {
        return major > 1 || minor >= newerMinor;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major
                ? Integer.compare(major, other.major)
                : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
