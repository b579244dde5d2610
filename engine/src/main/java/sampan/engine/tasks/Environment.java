package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The environment of a container's processes.
final class Environment {
    private Environment() {}

    /// What the engine sets, overridden by the container's own: `NAME=VALUE` sets, `NAME` removes.
    static List<String> ofContainer(String hostname, boolean tty, List<String> own) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("PATH", DefaultSpec.PATH);
        values.put("HOSTNAME", hostname);
        if (tty) {
            values.put("TERM", "xterm");
        }
        return apply(values, own);
    }

    /// The container's environment for one more process of it.
    static List<String> ofExec(List<String> container, boolean tty, List<String> own) {
        Map<String, String> values = new LinkedHashMap<>();
        put(values, container);
        if (tty) {
            values.put("TERM", "xterm");
        }
        return apply(values, own);
    }

    private static List<String> apply(Map<String, String> values, List<String> own) {
        put(values, own);
        List<String> list = new ArrayList<>(values.size() + 1);
        values.forEach((name, value) -> list.add(name + "=" + value));
        return list;
    }

    private static void put(Map<String, String> values, List<String> entries) {
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals < 0) {
                values.remove(entry);
            } else {
                values.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
    }

    /// HOME from the user's entry, unless it is set already.
    static List<String> withHome(List<String> environment, String home) {
        for (String entry : environment) {
            if (entry.startsWith("HOME=") && entry.length() > "HOME=".length()) {
                return environment;
            }
        }
        List<String> list =
                new ArrayList<>(environment.stream().filter(e -> !e.equals("HOME=")).toList());
        list.add("HOME=" + home);
        return list;
    }
}
