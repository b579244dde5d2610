package sampan.gateway.routes;

/// Is told of each request that a filter refused. On a loop's thread: it must not block.
@FunctionalInterface
public interface Refusals {
    void refused(RequestView view, Route route, int status);
}
