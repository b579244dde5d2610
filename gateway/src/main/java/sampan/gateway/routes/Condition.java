package sampan.gateway.routes;

import java.util.Optional;
import sampan.gateway.wire.Octets;

/// What a request must have besides its host and path.
public final class Condition {
    private final Attribute attribute;
    private final byte[] value;
    private final boolean any;

    /// @param value as it must stand there, or any where it must only be there
    public Condition(Attribute attribute, Optional<String> value) {
        this.attribute = attribute;
        this.value = Octets.ascii(value.orElse(""));
        any = value.isEmpty();
    }

    boolean holds(RequestView view) {
        return attribute.find(view) && (any || Octets.same(view.foundAt(), view.foundEnd(), value));
    }
}
