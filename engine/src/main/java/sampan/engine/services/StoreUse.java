package sampan.engine.services;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import sampan.engine.containers.Containers;
import sampan.engine.disk.DiskPolicy;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.images.ImageStore;
import sampan.engine.images.LastUse;
import sampan.oci.Digest;

/// Hears what happens to images and containers: notes when an image was used last, and has the
/// policy look at the disk. On a thread of its own, until it is closed.
public final class StoreUse implements AutoCloseable {
    private static final Set<String> USES = Set.of("create", "die");

    private final Containers containers;
    private final ImageStore images;
    private final DiskPolicy policy;
    private final EventLog events;
    private volatile boolean closed;
    private volatile Optional<EventLog.Listener> listener = Optional.empty();

    public StoreUse(Containers containers, ImageStore images, DiskPolicy policy, EventLog events) {
        this.containers = containers;
        this.images = images;
        this.policy = policy;
        this.events = events;
    }

    public StoreUse start() {
        Thread.ofVirtual().name("store use").start(this::listen);
        return this;
    }

    // One that fell behind is dropped, and begins anew: what it missed counts as unused a little
    // longer.
    private void listen() {
        while (!closed) {
            try (EventLog.Listener hearing = events.watch()) {
                listener = Optional.of(hearing);
                Optional<Event> event = closed ? Optional.empty() : hearing.next();
                while (event.isPresent()) {
                    hear(event.get());
                    event = hearing.next();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void hear(Event event) {
        boolean container = event.type().equals("container");
        if (container && USES.contains(event.action())) {
            containers
                    .find(event.actor())
                    .map(handle -> Digest.parse(handle.record().origin().imageId()))
                    .ifPresent(image -> LastUse.note(images, image, Instant.now()));
        }
        if (event.type().equals("image") || container && event.action().equals("die")) {
            policy.nudge();
        }
    }

    @Override
    public void close() {
        closed = true;
        listener.ifPresent(EventLog.Listener::close);
    }
}
