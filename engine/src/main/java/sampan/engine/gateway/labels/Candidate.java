package sampan.engine.gateway.labels;

import java.util.List;
import java.util.Map;

/// A container that may stand behind the gateway.
///
/// @param addresses by network, where the gateway can reach it; `127.0.0.1` with the host's network
/// @param ports of TCP that its image or its owner exposes, in ascending order
/// @param ready it runs and is not about to end
public record Candidate(
        String id,
        String name,
        Map<String, String> labels,
        Map<String, String> addresses,
        List<Integer> ports,
        boolean ready) {
    static final String PROJECT = "com.docker.compose.project";
    static final String SERVICE = "com.docker.compose.service";

    /// Its service unless its labels say another: of a Compose project PROJECT.SERVICE, else its
    /// name.
    String service() {
        String project = labels.getOrDefault(PROJECT, "");
        String service = labels.getOrDefault(SERVICE, "");
        return project.isEmpty() || service.isEmpty() ? name : project + "." + service;
    }

    boolean isOfProject() {
        return labels.containsKey(PROJECT) && labels.containsKey(SERVICE);
    }
}
