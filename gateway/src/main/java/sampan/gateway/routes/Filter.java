package sampan.gateway.routes;

/// A step between a route and its service: it lets a request pass, answers it, or has it wait.
///
/// It runs on a loop's thread and is shared by all loops: it must not block, and should not
/// allocate where it lets pass. What it reads of the view holds only during the call; it may drop
/// lines of the head that the service shall not see.
@FunctionalInterface
public interface Filter {
    /// Lets the request pass.
    int PASS = 0;

    /// The request waits: see [RequestView#await].
    int WAIT = -1;

    /// @param now `System.nanoTime()` of this batch of events
    /// @return [#PASS], [#WAIT], or the status that the client gets; [RequestView#retryAfter] adds
    ///   a Retry-After to it, [RequestView#reply] says more
    int check(RequestView view, long now);
}
