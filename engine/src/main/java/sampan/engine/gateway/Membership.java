package sampan.engine.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import sampan.engine.containers.Container;
import sampan.engine.containers.Container.EndpointView;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.containers.Containers;
import sampan.engine.gateway.labels.Candidate;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.engine.gateway.labels.Translation;
import sampan.oci.json.Json;

/// Which containers stand behind which service now, and the documents that say so. Thread-safe.
final class Membership {
    private static final String HOST_ADDRESS = "127.0.0.1";

    private final Containers containers;
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();

    Membership(Containers containers) {
        this.containers = containers;
    }

    /// Counts it as not ready until [#back].
    void leave(String container) {
        leaving.add(container);
    }

    void back(String container) {
        leaving.remove(container);
    }

    Discovered now() {
        List<Candidate> candidates = new ArrayList<>();
        containers.all().stream()
                .map(ContainerHandle::view)
                .sorted(java.util.Comparator.comparing(Container::created))
                .forEach(container -> candidates.add(candidate(container)));
        return Translation.of(candidates);
    }

    private Candidate candidate(Container container) {
        Map<String, String> addresses = new TreeMap<>();
        for (EndpointView endpoint : container.endpoints()) {
            addresses.put(endpoint.network(), endpoint.address());
        }
        if (container.spec().network().mode().equals("host")) {
            // Its endpoint has no address: it is where the gateway is.
            addresses.put("host", HOST_ADDRESS);
        }
        Set<Integer> ports = new LinkedHashSet<>();
        container.spec().network().exposedPorts().stream()
                .filter(port -> port.matches("[0-9]{1,5}(/tcp)?"))
                .map(port -> Integer.parseInt(port.replace("/tcp", "")))
                .sorted()
                .forEach(ports::add);
        return new Candidate(
                container.id().value(),
                container.name(),
                container.spec().labels(),
                addresses,
                List.copyOf(ports),
                container.status() == ContainerStatus.RUNNING
                        && !leaving.contains(container.id().value()));
    }

    /// The whole as the gateway reads it.
    static String document(Discovered discovered) {
        Map<String, Object> services = new LinkedHashMap<>();
        discovered
                .services()
                .forEach((name, settings) -> {
                    Map<String, Object> service = new LinkedHashMap<>(settings);
                    service.put(
                            "targets", targets(discovered.members().getOrDefault(name, List.of())));
                    services.put(name, service);
                });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("services", services);
        document.put("routes", discovered.routes());
        return Json.text(document);
    }

    static List<Map<String, Object>> targets(List<Member> members) {
        List<Map<String, Object>> targets = new ArrayList<>();
        for (Member member : members) {
            if (member.ready()) {
                Map<String, Object> target = new LinkedHashMap<>();
                target.put("address", member.address());
                target.put("weight", member.weight());
                targets.add(target);
            }
        }
        return targets;
    }
}
