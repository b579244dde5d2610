package sampan.linux.poll;

/// What is done when a descriptor is ready.
@FunctionalInterface
public interface Handler {
    /// Runs on the poller's thread: it must not block and must take away the cause (read, accept,
    /// close the registration), for the poller reports level-triggered, again and again. What it
    /// throws is logged and ends the registration.
    ///
    /// @param events [Readiness] bits that hold
    void ready(Registration registration, int events);
}
