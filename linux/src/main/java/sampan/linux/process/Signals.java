package sampan.linux.process;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;

/// Names and numbers of signals (signal(7); x86-64 and arm64 agree). The real-time ones count from
/// 34 as in glibc, which keeps 32 and 33 to itself, and as Docker and kill(1) do.
public final class Signals {
    public static final int HUP = 1;
    public static final int INT = 2;
    public static final int QUIT = 3;
    public static final int KILL = 9;
    public static final int USR1 = 10;
    public static final int USR2 = 12;
    public static final int PIPE = 13;
    public static final int TERM = 15;
    public static final int CHLD = 17;
    public static final int CONT = 18;
    public static final int STOP = 19;
    public static final int TSTP = 20;
    public static final int WINCH = 28;
    public static final int RTMIN = 34;
    public static final int RTMAX = 64;

    private static final String[] BY_NUMBER = {
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
        "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
        "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
    };
    private static final Map<String, Integer> BY_NAME = names();

    private Signals() {}

    private static Map<String, Integer> names() {
        Map<String, Integer> names = new LinkedHashMap<>();
        for (int i = 1; i < BY_NUMBER.length; i++) {
            names.put(BY_NUMBER[i], i);
        }
        names.put("IOT", 6);
        names.put("CLD", CHLD);
        names.put("POLL", 29);
        for (int i = RTMIN; i <= RTMAX; i++) {
            names.put("RTMIN+" + (i - RTMIN), i);
            names.put("RTMAX-" + (RTMAX - i), i);
        }
        names.put("RTMIN", RTMIN);
        names.put("RTMAX", RTMAX);
        return Map.copyOf(names);
    }

    /// The number of `SIGTERM`, `term`, `15`, `RTMIN+3` or `SIGRTMAX-1`; empty for anything else.
    public static Optional<Integer> parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (!name.isEmpty()
                && name.length() <= 2
                && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int number = Integer.parseInt(name);
            return number >= 1 && number <= RTMAX ? Optional.of(number) : Optional.empty();
        }
        return Optional.ofNullable(BY_NAME.get(name.startsWith("SIG") ? name.substring(3) : name));
    }

    /// As [#parse].
    ///
    /// @throws SampanException INVALID where there is no such signal
    public static int number(String text) {
        return parse(text)
                .orElseThrow(() ->
                        SampanException.invalid(
                                "signal \"" + text + "\" is unknown: give a name or 1 to 64"));
    }

    /// `SIGTERM`, `SIGRTMIN+3`; the bare number for those without a name (32, 33).
    public static String name(int number) {
        if (number >= 1 && number < BY_NUMBER.length) {
            return "SIG" + BY_NUMBER[number];
        }
        if (number < RTMIN || number > RTMAX) {
            return Integer.toString(number);
        }
        return number == RTMIN ? "SIGRTMIN" : "SIGRTMIN+" + (number - RTMIN);
    }
}
