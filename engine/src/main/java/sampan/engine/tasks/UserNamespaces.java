package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.oci.spec.IdMapping;

/// The words of a container's `userns` as maps of ids.
///
/// Empty and `host` are none. `remap[:SIZE]` puts the container's ids 0… at 1000000… of the host,
/// `keep:ID:HOST:SIZE[,…]` are maps as given.
final class UserNamespaces {
    /// Where `remap` begins on the host: above what distributions give to people.
    static final long REMAP_START = 1_000_000;

    private static final long REMAP_SIZE = 65_536;
    private static final long SIZE_MAX = 1L << 31;
    private static final int MAPS_MAX = 340;
    private static final Pattern MAP = Pattern.compile("([0-9]{1,10}):([0-9]{1,10}):([0-9]{1,10})");

    private UserNamespaces() {}

    /// INVALID for words that are none.
    static List<IdMapping> mappings(String userns) {
        if (userns.isEmpty() || userns.equals("host")) {
            return List.of();
        }
        if (userns.equals("remap")) {
            return List.of(new IdMapping(0, REMAP_START, REMAP_SIZE));
        }
        if (userns.matches("remap:[0-9]{1,10}")) {
            long size = Long.parseLong(userns.substring(6));
            require(size > 0 && size <= SIZE_MAX, userns);
            return List.of(new IdMapping(0, REMAP_START, size));
        }
        require(userns.startsWith("keep:"), userns);
        List<IdMapping> maps = new ArrayList<>();
        for (String part : userns.substring(5).split(",", -1)) {
            Matcher numbers = MAP.matcher(part);
            require(numbers.matches() && maps.size() < MAPS_MAX, userns);
            long size = Long.parseLong(numbers.group(3));
            require(size > 0 && size <= SIZE_MAX, userns);
            maps.add(
                    new IdMapping(
                            Long.parseLong(numbers.group(1)),
                            Long.parseLong(numbers.group(2)),
                            size));
        }
        return List.copyOf(maps);
    }

    private static void require(boolean holds, String userns) {
        if (!holds) {
            throw SampanException.invalid(
                    "invalid USER mode: "
                            + userns
                            + ": use host, remap[:SIZE] or keep:ID:HOST:SIZE[,...]");
        }
    }
}
