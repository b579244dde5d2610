package sampan.linux.tls;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.linux.net.Memory;
import sampan.linux.sys.SharedLibrary;

/// Certificates by which names are proved to an ACME server: shown to who asks for the name and
/// offers `acme-tls/1` alone (RFC 8737). Every [TlsServer] that has these shows them at once.
///
/// Thread-safe.
public final class TlsProofs {
    private static final int GO_ON = 1; // SSL_CTX_set_client_hello_cb(3ssl)
    private static final int ACKNOWLEDGED = 0;
    private static final int EXTENSION_NAME = 0;
    private static final int EXTENSION_PROTOCOLS = 16;
    // Of the list, of its only entry, and that entry.
    private static final byte[] OFFERED = {
        0, 11, 10, 'a', 'c', 'm', 'e', '-', 't', 'l', 's', '/', '1'
    };
    private static final int PROTOCOL_AT = 3;
    private static final int PROTOCOL_BYTES = 10;
    // A list with one entry, of kind 0, and its length.
    private static final int NAME_AT = 5;
    private static final int NAME_BYTES_MAX = 255;

    /// What libssl calls. A stub may be called as long as a session lives, which is for ever to us.
    private record Stubs(long hello, long name, long protocol, long chosen) {}

    private final Arena arena = Arena.ofAuto();
    private @Nullable Stubs stubs;
    private volatile Map<String, TlsContext> contexts = Map.of();

    /// Shows a certificate for a name from now on.
    ///
    /// @param certificate a PEM file with its key; it is read now
    public synchronized void offer(String name, Path certificate) {
        TlsContext context = TlsContext.make(true, TlsVersion.TLS_1_2);
        context.identity(certificate, certificate);
        Stubs called = stubs();
        try {
            long _ =
                    (long)
                            LibSsl.CONTEXT_CALLBACK.invokeExact(
                                    context.pointer, LibSsl.SERVER_NAME_CALLBACK, called.name());
            LibSsl.SET_ALPN_CALLBACK.invokeExact(context.pointer, called.protocol(), 0L);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
        Map<String, TlsContext> next = new HashMap<>(contexts);
        next.put(name.toLowerCase(Locale.ROOT), context);
        contexts = Map.copyOf(next);
    }

    /// Shows none any longer.
    public synchronized void withdraw() {
        contexts = Map.of();
    }

    /// Has handshakes of that context looked at.
    synchronized void watch(TlsContext context) {
        long hello = stubs().hello();
        try {
            LibSsl.SET_HELLO_CALLBACK.invokeExact(context.pointer, hello, 0L);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private Stubs stubs() {
        Stubs made = stubs;
        if (made == null) {
            long chosen = Memory.allocate(arena, OFFERED.length);
            Memory.copy(OFFERED, chosen);
            made =
                    new Stubs(
                            stub("hello", JAVA_LONG, JAVA_LONG, JAVA_LONG),
                            stub("name", JAVA_LONG, JAVA_LONG, JAVA_LONG),
                            stub(
                                    "protocol",
                                    JAVA_LONG,
                                    JAVA_LONG,
                                    JAVA_LONG,
                                    JAVA_LONG,
                                    JAVA_INT,
                                    JAVA_LONG),
                            chosen + PROTOCOL_AT);
            stubs = made;
        }
        return made;
    }

    private long stub(String name, MemoryLayout... arguments) {
        FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT, arguments);
        MethodType type = descriptor.toMethodType();
        try {
            MethodHandle bound = MethodHandles.lookup().bind(this, name, type);
            return Linker.nativeLinker().upcallStub(bound, descriptor, arena).address();
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Called by libssl before anything of a handshake is chosen. An exception here would end the
    /// process.
    @SuppressWarnings("unused")
    private int hello(long session, long alert, long argument) {
        try {
            if (!contexts.isEmpty()) {
                look(session);
            }
        } catch (Throwable _) {
            // it goes on as any other, and is refused for its protocol
        }
        return GO_ON;
    }

    private void look(long session) throws Throwable {
        try (Arena calls = Arena.ofConfined()) {
            long at = Memory.allocate(calls, 8);
            long length = Memory.allocate(calls, 8);
            if (!extension(session, EXTENSION_PROTOCOLS, at, length)
                    || Memory.getLong(length) != OFFERED.length) {
                return;
            }
            long offered = Memory.getLong(at);
            for (int i = 0; i < OFFERED.length; i++) {
                if (Memory.get(offered + i) != OFFERED[i]) {
                    return;
                }
            }
            if (!extension(session, EXTENSION_NAME, at, length)) {
                return;
            }
            long bytes = Memory.getLong(length) - NAME_AT;
            if (bytes <= 0 || bytes > NAME_BYTES_MAX) {
                return;
            }
            byte[] name = Memory.bytes(Memory.getLong(at) + NAME_AT, (int) bytes);
            TlsContext found =
                    contexts.get(
                            new String(name, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
            if (found != null) {
                long _ = (long) LibSsl.SET_CONTEXT.invokeExact(session, found.pointer);
            }
        }
    }

    private static boolean extension(long session, int type, long at, long length)
            throws Throwable {
        return (int) LibSsl.HELLO_EXTENSION.invokeExact(session, type, at, length) == 1;
    }

    /// Called by libssl: the certificate was chosen already.
    @SuppressWarnings("unused")
    private int name(long session, long alert, long argument) {
        return ACKNOWLEDGED;
    }

    /// Called by libssl: nothing else was offered.
    @SuppressWarnings("unused")
    private int protocol(long session, long out, long outLength, long in, int length, long arg) {
        Stubs called = stubs;
        if (called == null) {
            return GO_ON;
        }
        Memory.putLong(out, called.chosen());
        Memory.put(outLength, (byte) PROTOCOL_BYTES);
        return ACKNOWLEDGED;
    }
}
