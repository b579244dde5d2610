package sampan.engine.build.execute;

import sampan.engine.services.BuildListener.BuildEvent;

/// Takes what stages say to who listens. Thread-safe.
sealed interface StageEvents permits OrderedEvents, LiveEvents {
    void say(int stage, BuildEvent event);

    void failed(int stage, Throwable cause);

    /// The stage says nothing more.
    ///
    /// @param success without it the build is over
    void done(int stage, boolean success);

    /// Gives events to the listener until all stages are done or one has failed.
    void deliver() throws InterruptedException;

    /// Gives what is left to the listener; called when no stage runs any more.
    void drain();

    /// Who listens tells the two streams of a step apart.
    boolean apart();
}
