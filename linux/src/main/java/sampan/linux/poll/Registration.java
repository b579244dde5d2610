package sampan.linux.poll;

/// A descriptor under watch. The descriptor stays its owner's, who closes the registration first.
public interface Registration extends AutoCloseable {
    /// Watches for other events from now on; 0 pauses all but ERR and HUP.
    void events(int events);

    /// Ends the watch. No handler starts after this returns when called on the poller's thread;
    /// called from another thread, one that has begun may still be running. Closing twice is
    /// harmless.
    @Override
    void close();
}
