package sampan.gateway.routes;

import sampan.gateway.limits.Bulkhead;

/// Places that a request holds until it is over.
///
/// @param more those that it held before, null for none
public record Held(Bulkhead bulkhead, int place, @org.jspecify.annotations.Nullable Held more) {
    /// Gives all of them back.
    public void release() {
        for (Held held = this; held != null; held = held.more) {
            held.bulkhead.leave(held.place);
        }
    }
}
