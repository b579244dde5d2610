package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.NetworkSpec.PortBinding;

/// Reads `-p` and `--expose`.
final class PortSpec {
    private static final int PORT_MAX = 65535;
    private static final int RANGE_MAX = 65536;

    private final Map<String, List<PortBinding>> bindings = new LinkedHashMap<>();
    private final List<String> exposed = new ArrayList<>();

    static PortSpec of(List<String> publish, List<String> expose) {
        PortSpec spec = new PortSpec();
        publish.forEach(spec::publish);
        for (String text : expose) {
            int[] range = range(text, portPart(text));
            for (int port = range[0]; port <= range[1]; port++) {
                spec.exposed.add(port + "/" + protocol(text));
            }
        }
        return spec;
    }

    Map<String, List<PortBinding>> bindings() {
        return bindings;
    }

    List<String> exposed() {
        return exposed.stream().distinct().toList();
    }

    private void publish(String text) {
        String address = "";
        String rest = portPart(text);
        if (rest.startsWith("[")) {
            int close = rest.indexOf("]:");
            if (close < 0) {
                throw invalid(text);
            }
            address = rest.substring(1, close);
            rest = rest.substring(close + 2);
        }
        String[] parts = rest.split(":", -1);
        if (parts.length > 3 || (parts.length == 3 && !address.isEmpty())) {
            throw invalid(text);
        }
        String container = parts[parts.length - 1];
        String host = parts.length >= 2 ? parts[parts.length - 2] : "";
        address = parts.length == 3 ? parts[0] : address;
        int[] inside = range(text, container);
        int count = inside[1] - inside[0] + 1;
        int[] outside = host.isEmpty() ? new int[] {0, 0} : range(text, host);
        boolean oneToMany = count == 1 && outside[1] > outside[0];
        if (!host.isEmpty() && !oneToMany && outside[1] - outside[0] + 1 != count) {
            throw new UsageException(
                    "invalid ranges specified for container and host ports: " + text);
        }
        for (int i = 0; i < count; i++) {
            String key = (inside[0] + i) + "/" + protocol(text);
            String hostPort =
                    host.isEmpty() ? "" : oneToMany ? host : String.valueOf(outside[0] + i);
            bindings.computeIfAbsent(key, _ -> new ArrayList<>())
                    .add(new PortBinding(address, hostPort));
            exposed.add(key);
        }
    }

    private static String portPart(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    private static String protocol(String text) {
        int slash = text.indexOf('/');
        String name =
                slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(java.util.Locale.ROOT);
        if (!List.of("tcp", "udp", "sctp").contains(name)) {
            throw new UsageException("invalid proto: " + name);
        }
        return name;
    }

    private static int[] range(String whole, String text) {
        try {
            String[] ends = text.split("-", -1);
            int first = Integer.parseInt(ends[0]);
            int last = ends.length == 2 ? Integer.parseInt(ends[1]) : first;
            if (ends.length <= 2
                    && first >= 0
                    && last >= first
                    && last <= PORT_MAX
                    && last - first < RANGE_MAX) {
                return new int[] {first, last};
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw new UsageException("invalid containerPort: " + (text.isEmpty() ? whole : text));
    }

    private static UsageException invalid(String text) {
        return new UsageException("invalid publish specification: " + text);
    }
}
