package sampan.linux.kernel;

/// The version of a kernel, as the first numbers of its release string.
public record Release(int major, int minor, int patch) implements Comparable<Release> {
    /// Reads `6.18.44-fc-v669`, `5.4-custom`; what is missing or no number is 0.
    public static Release parse(String release) {
        int[] numbers = new int[3];
        int at = 0;
        for (int i = 0; i < numbers.length; i++) {
            int start = at;
            while (at < release.length()
                    && Character.isDigit(release.charAt(at))
                    && at - start < 6) {
                at++;
            }
            if (at == start) {
                break;
            }
            numbers[i] = Integer.parseInt(release.substring(start, at));
            if (at >= release.length() || release.charAt(at) != '.') {
                break;
            }
            at++;
        }
        return new Release(numbers[0], numbers[1], numbers[2]);
    }

    public boolean atLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }

    @Override
    public int compareTo(Release other) {
        int result = Integer.compare(major, other.major);
        result = result != 0 ? result : Integer.compare(minor, other.minor);
        return result != 0 ? result : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
