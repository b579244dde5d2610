package sampan.engine.networks;

import java.util.Locale;
import sampan.errors.SampanException;

/// A transport protocol whose ports can be published.
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /// The protocol's number in the IP header.
    public int number() {
        return number;
    }

    /// @param text `tcp`, `udp` or `sctp` in any case
    public static Protocol parse(String text) {
        for (Protocol protocol : values()) {
            if (protocol.name().equalsIgnoreCase(text)) {
                return protocol;
            }
        }
        throw SampanException.invalid("protocol '" + text + "' is none of tcp, udp, sctp");
    }

    /// Lower case, as in `80/tcp`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
