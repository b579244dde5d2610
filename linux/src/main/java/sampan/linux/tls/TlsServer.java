package sampan.linux.tls;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.linux.net.Memory;
import sampan.linux.sys.SharedLibrary;

/// What a listener shows and asks of its clients. Immutable; a change is a new one.
///
/// Thread-safe.
public final class TlsServer {
    /// Whether clients are asked for a certificate.
    public enum ClientCertificates {
        NONE,
        /// Who has none may come; one that is shown must be good.
        REQUEST,
        REQUIRE
    }

    /// A certificate with its chain and its key, PEM files.
    ///
    /// @param names that clients ask for, `*.name` for all one label below; none for those that
    ///   stand in the certificate. Who asks for no known name is shown the first certificate.
    public record Certificate(Path chain, Path key, List<String> names) {}

    /// @param certificates at least one
    /// @param authorities whose clients' certificates are good
    /// @param http2 whether HTTP/2 is offered
    public record Settings(
            List<Certificate> certificates,
            TlsVersion minimum,
            ClientCertificates clients,
            Optional<Path> authorities,
            boolean http2) {}

    private static final int VERIFY_PEER = 1;
    private static final int VERIFY_REQUIRE = 3;
    private static final int NAME_BYTES_MAX = 255;
    private static final int ACKNOWLEDGED = 0;
    private static final int NOT_ACKNOWLEDGED = 3;
    private static final int FATAL = 2;
    private static final int PROTOCOLS_BYTES_MAX = 4096;
    private static final byte[] H2 = {2, 'h', '2'};
    private static final byte[] HTTP_1_1 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

    private final Settings settings;
    private final TlsContext first;
    private final Map<String, TlsContext> byName = new HashMap<>();
    // The stubs may be called as long as a session of a context lives, which is for ever to us;
    // they are as many as there were reloads.
    private final Arena arena = Arena.ofAuto();
    private final long protocols;
    // Sessions may call it as long as they live.
    private final Optional<TlsProofs> proofs;

    /// @param proofs that are shown to ACME servers, none where there will never be any
    public TlsServer(Settings settings, TicketKeys tickets, Optional<TlsProofs> proofs) {
        this.settings = settings;
        this.proofs = proofs;
        protocols = protocols(settings.http2());
        List<TlsContext> contexts = new ArrayList<>();
        for (Certificate certificate : settings.certificates()) {
            TlsContext context = TlsContext.make(true, settings.minimum());
            context.identity(certificate.chain(), certificate.key());
            tickets.giveTo(context);
            clients(context);
            contexts.add(context);
            for (String name : names(certificate)) {
                byName.putIfAbsent(name.toLowerCase(Locale.ROOT), context);
            }
        }
        first = contexts.getFirst();
        contexts.forEach(this::callbacks);
        proofs.ifPresent(shown -> shown.watch(first));
    }

    private static List<String> names(Certificate certificate) {
        return certificate.names().isEmpty()
                ? PeerCertificate.hostNames(certificate.chain())
                : certificate.names();
    }

    private long protocols(boolean http2) {
        byte[] bytes = HTTP_1_1;
        if (http2) {
            bytes = new byte[H2.length + HTTP_1_1.length];
            System.arraycopy(H2, 0, bytes, 0, H2.length);
            System.arraycopy(HTTP_1_1, 0, bytes, H2.length, HTTP_1_1.length);
        }
        long at = Memory.allocate(arena, bytes.length + 1L);
        Memory.copy(bytes, at);
        return at;
    }

    private void clients(TlsContext context) {
        int mode =
                switch (settings.clients()) {
                    case NONE -> 0;
                    case REQUEST -> VERIFY_PEER;
                    case REQUIRE -> VERIFY_REQUIRE;
                };
        context.verify(mode);
        settings.authorities().ifPresent(file -> authorities(context, file));
        // A session made under other rules must not be resumed under these.
        String rules = settings.clients() + " " + settings.authorities();
        byte[] id = Integer.toHexString(rules.hashCode()).getBytes(StandardCharsets.US_ASCII);
        try (Arena calls = Arena.ofConfined()) {
            long at = Memory.allocate(calls, id.length);
            Memory.copy(id, at);
            int _ = (int) LibSsl.SET_SESSION_CONTEXT.invokeExact(context.pointer, at, id.length);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private static void authorities(TlsContext context, Path file) {
        context.trust(file);
        try (Arena calls = Arena.ofConfined()) {
            long names =
                    (long) LibSsl.LOAD_AUTHORITIES.invokeExact(LibSsl.text(calls, file.toString()));
            LibSsl.SET_AUTHORITIES.invokeExact(context.pointer, names);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private void callbacks(TlsContext context) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MethodHandle name =
                    lookup.bind(
                            this,
                            "serverName",
                            MethodType.methodType(int.class, long.class, long.class, long.class));
            MethodHandle protocol =
                    lookup.bind(
                            this,
                            "protocol",
                            MethodType.methodType(
                                    int.class,
                                    long.class,
                                    long.class,
                                    long.class,
                                    long.class,
                                    int.class,
                                    long.class));
            long nameStub =
                    Linker.nativeLinker()
                            .upcallStub(
                                    name,
                                    FunctionDescriptor.of(
                                            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                                    arena)
                            .address();
            long protocolStub =
                    Linker.nativeLinker()
                            .upcallStub(
                                    protocol,
                                    FunctionDescriptor.of(
                                            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                                            JAVA_INT, JAVA_LONG),
                                    arena)
                            .address();
            long _ =
                    (long)
                            LibSsl.CONTEXT_CALLBACK.invokeExact(
                                    context.pointer, LibSsl.SERVER_NAME_CALLBACK, nameStub);
            LibSsl.SET_ALPN_CALLBACK.invokeExact(context.pointer, protocolStub, 0L);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Called by libssl: shows the certificate of the name that the client asks for. An exception
    /// here would end the process.
    @SuppressWarnings("unused")
    private int serverName(long session, long alert, long argument) {
        try {
            long at = (long) LibSsl.SERVER_NAME.invokeExact(session, 0);
            TlsContext found = at == 0 ? first : context(name(at));
            if (found != first) {
                long _ = (long) LibSsl.SET_CONTEXT.invokeExact(session, found.pointer);
            }
            return ACKNOWLEDGED;
        } catch (Throwable _) {
            return NOT_ACKNOWLEDGED;
        }
    }

    private static String name(long at) {
        int length = 0;
        while (length < NAME_BYTES_MAX && Memory.get(at + length) != 0) {
            length++;
        }
        return new String(Memory.bytes(at, length), StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT);
    }

    private TlsContext context(String name) {
        TlsContext found = byName.get(name);
        int dot = name.indexOf('.');
        if (found == null && dot > 0) {
            found = byName.get("*" + name.substring(dot));
        }
        return found == null ? first : found;
    }

    /// Called by libssl: picks ours of the protocols that the client offers. Who offers none of
    /// them is refused, as RFC 7301 section 3.2 says.
    @SuppressWarnings("unused")
    private int protocol(long session, long out, long outLength, long in, int length, long arg) {
        try {
            int bound = Math.min(length, PROTOCOLS_BYTES_MAX);
            if (settings.http2() && offers(in, bound, H2)) {
                Memory.putLong(out, protocols + 1);
                Memory.put(outLength, (byte) 2);
                return ACKNOWLEDGED;
            }
            if (offers(in, bound, HTTP_1_1)) {
                Memory.putLong(out, protocols + (settings.http2() ? H2.length : 0) + 1);
                Memory.put(outLength, (byte) 8);
                return ACKNOWLEDGED;
            }
            return FATAL;
        } catch (RuntimeException | Error _) {
            return FATAL;
        }
    }

    private static boolean offers(long in, int length, byte[] wanted) {
        for (int at = 0; at < length; at += 1 + (Memory.get(in + at) & 0xFF)) {
            int i = 0;
            while (i < wanted.length && at + i < length && Memory.get(in + at + i) == wanted[i]) {
                i++;
            }
            if (i == wanted.length) {
                return true;
            }
        }
        return false;
    }

    public Optional<TlsProofs> proofs() {
        return proofs;
    }

    public Settings settings() {
        return settings;
    }

    /// The server's side of a connection that was accepted; the caller keeps the descriptor.
    public TlsSession accept(int descriptor) {
        return new TlsSession(first, this, descriptor, true);
    }
}
