package sampan.linux.tls;

import java.lang.foreign.Arena;
import java.security.SecureRandom;
import sampan.linux.net.Memory;

/// What session tickets are sealed with. Whoever has it can read what was sent by sessions of TLS
/// 1.2 that were resumed with it, so it is replaced often and never leaves the process.
public final class TicketKeys {
    private static final int BYTES = 80;

    private final byte[] bytes = new byte[BYTES];

    public TicketKeys() {
        new SecureRandom().nextBytes(bytes);
    }

    void giveTo(TlsContext context) {
        try (Arena arena = Arena.ofConfined()) {
            long at = Memory.allocate(arena, BYTES);
            Memory.copy(bytes, at);
            if (context.control(LibSsl.TICKET_KEYS, BYTES, at) != 1) {
                throw LibSsl.refused("session tickets", "check the version of libssl");
            }
            Memory.copy(new byte[BYTES], at);
        }
    }
}
