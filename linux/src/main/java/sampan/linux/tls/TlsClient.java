package sampan.linux.tls;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import sampan.linux.net.Memory;
import sampan.linux.sys.SharedLibrary;

/// How servers are spoken to: whom to trust, and who we are. Immutable, thread-safe.
public final class TlsClient {
    /// @param authorities that are trusted, none for those of the machine
    /// @param verifies whether the server's certificate is checked at all
    /// @param serverName whose certificate is expected and which is asked for
    /// @param identity shown to servers that ask for one
    public record Settings(
            Optional<Path> authorities,
            boolean verifies,
            String serverName,
            Optional<TlsServer.Certificate> identity,
            boolean http2) {}

    private static final int VERIFY_PEER = 1;
    private static final byte[] H2 = {2, 'h', '2'};
    private static final byte[] HTTP_1_1 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

    private final Settings settings;
    private final TlsContext context;

    public TlsClient(Settings settings) {
        this.settings = settings;
        context = TlsContext.make(false, TlsVersion.TLS_1_2);
        settings.identity().ifPresent(own -> context.identity(own.chain(), own.key()));
        byte[] protocols = settings.http2() ? H2 : HTTP_1_1;
        try (Arena arena = Arena.ofConfined()) {
            if (settings.verifies()) {
                context.verify(VERIFY_PEER);
                if (settings.authorities().isPresent()) {
                    context.trust(settings.authorities().get());
                } else {
                    int _ = (int) LibSsl.TRUST_SYSTEM.invokeExact(context.pointer);
                }
            }
            long at = Memory.allocate(arena, protocols.length);
            Memory.copy(protocols, at);
            int _ = (int) LibSsl.SET_ALPN.invokeExact(context.pointer, at, protocols.length);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    public Settings settings() {
        return settings;
    }

    /// The client's side of a connection that stands; the caller keeps the descriptor.
    public TlsSession connect(int descriptor) {
        TlsSession session = new TlsSession(context, this, descriptor, false);
        session.expect(settings.serverName(), settings.verifies());
        return session;
    }
}
