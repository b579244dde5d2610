package sampan.buildkit.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.buildkit.wire.Message;
import sampan.engine.services.Engine;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// The one worker: this engine.
final class Workers {
    /// Where it is there, clients take it that archives of images and exported caches can be had.
    private static final String SNAPSHOTTER = "org.mobyproject.buildkit.worker.snapshotter";

    private static final String GATEWAY = "org.mobyproject.buildkit.worker.moby.host-gateway-ip";

    private final Engine engine;
    private final String version;

    Workers(Engine engine, String version) {
        this.engine = engine;
        this.version = version;
    }

    Message version() {
        return new Message().text(1, "sampan").text(2, "v" + version);
    }

    Message record() {
        Platform host = Platform.host();
        Message platform =
                new Message()
                        .text(1, host.architecture())
                        .text(2, host.os())
                        .text(3, host.variant());
        return new Message()
                .text(1, engine.system().view().id())
                .strings(2, labels())
                .message(3, platform)
                .message(5, version());
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(SNAPSHOTTER, engine.system().view().storageDriver());
        String gateway = gateway();
        if (!gateway.isEmpty()) {
            labels.put(GATEWAY, gateway);
        }
        return labels;
    }

    private String gateway() {
        try {
            return engine.networks().inspect("bridge").gateway();
        } catch (SampanException e) {
            return ""; // a daemon without a bridge
        }
    }

    List<Message> records() {
        return List.of(record());
    }
}
