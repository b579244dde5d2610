package sampan.linux.seccomp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/// System calls that are younger than the libseccomp of long-lived distributions (2.5.4 ends with
/// Linux 5.17). All machines have had the same numbers for new calls since 5.1.
final class LaterCalls {
    private static final String[] FROM_451 = {
        "cachestat",
        "fchmodat2",
        "map_shadow_stack",
        "futex_wake",
        "futex_wait",
        "futex_requeue",
        "statmount",
        "listmount",
        "lsm_get_self_attr",
        "lsm_set_self_attr",
        "lsm_list_modules",
        "mseal",
        "setxattrat",
        "getxattrat",
        "listxattrat",
        "removexattrat",
        "open_tree_attr",
        "file_getattr",
        "file_setattr",
    };
    private static final int FIRST = 451;
    private static final Map<String, Integer> NUMBERS = numbers();

    private LaterCalls() {}

    private static Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (int i = 0; i < FROM_451.length; i++) {
            numbers.put(FROM_451[i], FIRST + i);
        }
        return numbers;
    }

    /// Its number, without the bit of x32; empty for a name that is not among them.
    static OptionalInt number(String name) {
        Integer number = NUMBERS.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
