package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sampan.engine.containers.Container;
import sampan.engine.containers.NetworkSpec.PortBinding;

/// The PORTS of a listing, as docker writes them: neighbours that are published under their own
/// numbers, or only exposed, are one range.
final class PortsColumn {
    /// @param address empty: only exposed
    private record Shown(int port, String address, int hostPort, String protocol) {
        boolean sameNumber() {
            return address.isEmpty() || port == hostPort;
        }

        String group() {
            return address + "/" + protocol;
        }
    }

    private PortsColumn() {}

    static String of(Container c) {
        if (!c.status().alive()) {
            return "";
        }
        Map<String, List<PortBinding>> published = new TreeMap<>();
        c.endpoints().forEach(e -> published.putAll(e.ports()));
        c.spec().network().exposedPorts().forEach(port -> published.putIfAbsent(port, List.of()));
        return text(published);
    }

    /// @param published bindings by `PORT/PROTOCOL`; none: only exposed
    static String text(Map<String, List<PortBinding>> published) {
        List<String> ranges = new ArrayList<>();
        List<String> single = new ArrayList<>();
        Map<String, List<Shown>> open = new LinkedHashMap<>();
        for (Shown shown : sorted(published)) {
            if (!shown.sameNumber()) {
                single.add(
                        host(shown.address())
                                + shown.hostPort()
                                + "->"
                                + shown.port()
                                + "/"
                                + shown.protocol());
                continue;
            }
            List<Shown> range = open.computeIfAbsent(shown.group(), _ -> new ArrayList<>());
            if (!range.isEmpty() && range.getLast().port() + 1 != shown.port()) {
                ranges.add(range(range));
                range.clear();
            }
            range.add(shown);
        }
        open.values().forEach(range -> ranges.add(range(range)));
        ranges.addAll(single);
        return String.join(", ", ranges);
    }

    private static List<Shown> sorted(Map<String, List<PortBinding>> published) {
        List<Shown> all = new ArrayList<>();
        published.forEach((name, bindings) -> {
            String[] parts = name.split("/", 2);
            int port = Integer.parseInt(parts[0]);
            String protocol = parts.length == 2 ? parts[1] : "tcp";
            if (bindings.isEmpty()) {
                all.add(new Shown(port, "", 0, protocol));
            }
            for (PortBinding binding : bindings) {
                String address =
                        binding.hostAddress().isEmpty() ? "0.0.0.0" : binding.hostAddress();
                all.add(new Shown(port, address, Integer.parseInt(binding.hostPort()), protocol));
            }
        });
        all.sort(
                Comparator.comparingInt(Shown::port)
                        .thenComparing(Shown::address)
                        .thenComparingInt(Shown::hostPort)
                        .thenComparing(Shown::protocol));
        return all;
    }

    private static String range(List<Shown> range) {
        Shown first = range.getFirst();
        String numbers =
                range.size() == 1
                        ? Integer.toString(first.port())
                        : first.port() + "-" + range.getLast().port();
        String target = numbers + "/" + first.protocol();
        return first.address().isEmpty() ? target : host(first.address()) + numbers + "->" + target;
    }

    private static String host(String address) {
        return (address.contains(":") ? "[" + address + "]" : address) + ":";
    }
}
