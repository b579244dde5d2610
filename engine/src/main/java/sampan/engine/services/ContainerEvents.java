package sampan.engine.services;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;

/// Publishes what happens to containers, with the attributes that Docker gives: all labels, image,
/// name, and what belongs to the action.
public final class ContainerEvents {
    /// What a stop leaves to who is under way; a container may say less.
    static final int STOP_MILLIS_MAX = 60_000;

    /// What a kill leaves.
    static final int KILL_MILLIS_MAX = 1_000;

    /// Hears of an end before it begins, and may hold it up for a bounded time.
    public interface Ending {
        Ending NOBODY = (_, _) -> {};

        /// @param container its id
        /// @param millisMax how long what is under way at the container may take to end before
        void before(String container, int millisMax);
    }

    private final EventLog log;
    private volatile Ending ending = Ending.NOBODY;

    public ContainerEvents(EventLog log) {
        this.log = log;
    }

    public void ending(Ending heard) {
        ending = heard;
    }

    /// A container is about to be stopped, killed or paused by somebody.
    void beforeEnd(ContainerRecord record, int millisMax) {
        ending.before(record.id().value(), millisMax);
    }

    public void publish(ContainerRecord record, String action) {
        publish(record, action, Map.of());
    }

    /// @param more attributes of this action
    public void publish(ContainerRecord record, String action, Map<String, String> more) {
        Map<String, String> attributes = new LinkedHashMap<>(record.spec().labels());
        attributes.put("image", record.spec().image());
        attributes.put("name", record.name());
        attributes.putAll(more);
        log.publish(
                new Event(
                        "container",
                        action,
                        record.id().value(),
                        Map.copyOf(attributes),
                        Instant.now()));
    }

    /// Of a volume that a container brings or takes along.
    public void volume(String name, String action) {
        log.publish(new Event("volume", action, name, Map.of("driver", "local"), Instant.now()));
    }

    /// Of a network, by what a container does with it.
    public void network(ContainerRecord record, String action) {
        for (var endpoint : record.endpoints()) {
            log.publish(
                    new Event(
                            "network",
                            action,
                            endpoint.networkId(),
                            Map.of(
                                    "container",
                                    record.id().value(),
                                    "name",
                                    endpoint.network(),
                                    "type",
                                    type(endpoint.network())),
                            Instant.now()));
        }
    }

    private static String type(String network) {
        return network.equals("none") ? "null" : network.equals("host") ? "host" : "bridge";
    }

    /// Of the volumes that a container uses.
    public void volumes(ContainerRecord record, String action) {
        for (var mount : record.origin().mounts()) {
            if (!mount.type().equals("volume")) {
                continue;
            }
            Map<String, String> attributes = new LinkedHashMap<>();
            attributes.put("container", record.id().value());
            attributes.put("driver", mount.driver());
            if (action.equals("mount")) {
                attributes.put("destination", mount.destination());
                attributes.put("propagation", mount.propagation());
                attributes.put("read/write", Boolean.toString(mount.writable()));
            }
            log.publish(new Event("volume", action, mount.name(), attributes, Instant.now()));
        }
    }
}
