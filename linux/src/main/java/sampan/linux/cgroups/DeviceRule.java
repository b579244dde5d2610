package sampan.linux.cgroups;

import java.util.List;
import java.util.OptionalLong;
import sampan.errors.SampanException;

/// One rule of the device filter, in the words of the OCI runtime specification. Rules apply in
/// order; a later one overrides an earlier one for what it names.
///
/// @param allow or deny
/// @param major number, empty for any
/// @param minor number, empty for any
/// @param access what it is about, a sum of [#READ], [#WRITE] and [#MKNOD]
public record DeviceRule(
        boolean allow, Type type, OptionalLong major, OptionalLong minor, int access) {
    public static final int MKNOD = 1;
    public static final int READ = 2;
    public static final int WRITE = 4;
    public static final int EVERY_ACCESS = MKNOD | READ | WRITE;

    /// Which kind of device.
    public enum Type {
        /// Both kinds, all numbers, every access: whatever else such a rule says does not count.
        ALL('a'),
        CHARACTER('c'),
        BLOCK('b');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        public char letter() {
            return letter;
        }
    }

    private static final long NUMBER_MAX = 0xffff_ffffL;

    /// What every container may use, whatever the rules before it say: any node may be made, the
    /// usual devices of /dev used.
    public static final List<DeviceRule> USUAL =
            List.of(
                    new DeviceRule(
                            true,
                            Type.CHARACTER,
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            MKNOD),
                    new DeviceRule(
                            true, Type.BLOCK, OptionalLong.empty(), OptionalLong.empty(), MKNOD),
                    usual(1, 3),
                    usual(1, 5),
                    usual(1, 7),
                    usual(1, 8),
                    usual(1, 9),
                    usual(5, 0),
                    usual(10, 200),
                    usual(5, 1),
                    usual(5, 2),
                    new DeviceRule(
                            true,
                            Type.CHARACTER,
                            OptionalLong.of(136),
                            OptionalLong.empty(),
                            EVERY_ACCESS));

    /// Denies everything: the first rule of a container that is not privileged.
    public static final DeviceRule DENY_ALL = all(false);

    public static final DeviceRule ALLOW_ALL = all(true);

    public DeviceRule {
        if (access <= 0 || access > EVERY_ACCESS) {
            throw SampanException.invalid("device access " + access + " is not of r, w, m");
        }
        check("major", major);
        check("minor", minor);
    }

    private static void check(String which, OptionalLong number) {
        if (number.isPresent() && (number.getAsLong() < 0 || number.getAsLong() > NUMBER_MAX)) {
            throw SampanException.invalid(
                    "device " + which + " " + number.getAsLong() + " is not in 0.." + NUMBER_MAX);
        }
    }

    private static DeviceRule all(boolean allow) {
        return new DeviceRule(
                allow, Type.ALL, OptionalLong.empty(), OptionalLong.empty(), EVERY_ACCESS);
    }

    private static DeviceRule usual(long major, long minor) {
        return new DeviceRule(
                true, Type.CHARACTER, OptionalLong.of(major), OptionalLong.of(minor), EVERY_ACCESS);
    }

    /// The sum of these letters of `rwm`.
    ///
    /// @throws SampanException INVALID for another letter, or none
    public static int access(String letters) {
        int access = 0;
        for (int i = 0; i < letters.length(); i++) {
            access |=
                    switch (letters.charAt(i)) {
                        case 'r' -> READ;
                        case 'w' -> WRITE;
                        case 'm' -> MKNOD;
                        default ->
                                throw SampanException.invalid(
                                        "device access \"" + letters + "\" is not of r, w, m");
                    };
        }
        if (access == 0) {
            throw SampanException.invalid("device access is empty: use letters of rwm");
        }
        return access;
    }

    static String letters(int access) {
        return ((access & READ) != 0 ? "r" : "")
                + ((access & WRITE) != 0 ? "w" : "")
                + ((access & MKNOD) != 0 ? "m" : "");
    }

    /// As the files of version 1 have it: `c 136:* rwm`.
    @Override
    public String toString() {
        return type.letter + " " + number(major) + ":" + number(minor) + " " + letters(access);
    }

    private static String number(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "*";
    }
}
