package sampan.engine.networks;

import sampan.errors.SampanException;

/// Which network namespace a container gets and what is in it.
public sealed interface NetworkChoice {
    /// An endpoint on a network.
    ///
    /// @param name of the network or its id
    record Named(String name) implements NetworkChoice {}

    /// The host's own namespace.
    record Host() implements NetworkChoice {}

    /// A namespace of its own with nothing but loopback.
    record None() implements NetworkChoice {}

    /// The namespace of another container.
    ///
    /// @param reference its name or id
    record OfContainer(String reference) implements NetworkChoice {}

    /// From the words of the command line and the API.
    ///
    /// @param mode empty, `default`, `bridge`, `host`, `none`, `container:REFERENCE`, a network
    static NetworkChoice parse(String mode) {
        String container = "container:";
        if (mode.startsWith(container)) {
            String reference = mode.substring(container.length());
            if (reference.isEmpty()) {
                throw SampanException.invalid(
                        "invalid container format container:<name|id>: the name is missing");
            }
            return new OfContainer(reference);
        }
        return switch (mode) {
            case "", "default" -> new Named(Network.DEFAULT_NAME);
            case "host" -> new Host();
            case "none" -> new None();
            default -> new Named(mode);
        };
    }
}
