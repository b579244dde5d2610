package sampan.linux.seccomp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// The two numbers of a kernel's version that interfaces depend on.
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\.(\\d{1,9}).*");

    /// That of the running kernel.
    public static KernelVersion current() {
        return parse(System.getProperty("os.version", ""));
    }

    /// Reads `6.18.44-fc` or `4.8`.
    ///
    /// @throws SampanException INVALID for another form
    public static KernelVersion parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw SampanException.invalid("kernel version \"" + text + "\" is not MAJOR.MINOR");
        }
        return new KernelVersion(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public int compareTo(KernelVersion other) {
        return major != other.major
                ? Integer.compare(major, other.major)
                : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
