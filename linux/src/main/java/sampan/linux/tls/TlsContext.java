package sampan.linux.tls;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import sampan.linux.sys.SharedLibrary;

/// An SSL_CTX with what holds for all: no renegotiation, no compression, forward secrecy, and
/// writes that may be partial. Freed once nobody refers to it; sessions hold their own reference.
final class TlsContext {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final long NO_COMPRESSION = 1L << 17;
    private static final long PRIORITIZE_CHACHA = 1L << 21;
    private static final long SERVER_PREFERENCE = 1L << 22;
    private static final long NO_RENEGOTIATION = 1L << 30;
    // Of TLS 1.2 only what 1.3 would take: forward secrecy and authenticated encryption.
    private static final String CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20";
    // Curves only: with finite fields, which libssl offers unless told, a client can ask for a
    // hundred times the work that it has itself. The first is of libssl 3.5 and later.
    private static final String CURVES = "X25519:P-256:P-384:P-521";
    private static final String HYBRID = "X25519MLKEM768:";
    private static final long PARTIAL_WRITE = 1;
    private static final long MOVING_BUFFER = 2;
    private static final long RELEASE_BUFFERS = 0x10;
    private static final int PEM = 1;

    final long pointer;

    private TlsContext(long pointer) {
        this.pointer = pointer;
        CLEANER.register(this, () -> free(pointer));
    }

    private static void free(long pointer) {
        try {
            LibSsl.CONTEXT_FREE.invokeExact(pointer);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    static TlsContext make(boolean server, TlsVersion minimum) {
        LibSsl.require();
        MethodHandle method = server ? LibSsl.SERVER_METHOD : LibSsl.CLIENT_METHOD;
        try {
            long made = (long) LibSsl.CONTEXT_NEW.invokeExact((long) method.invokeExact());
            if (made == 0) {
                throw LibSsl.refused("tls", "see the log of the system");
            }
            TlsContext context = new TlsContext(made);
            context.control(LibSsl.MIN_VERSION, minimum.number, 0);
            context.control(LibSsl.MODE, PARTIAL_WRITE | MOVING_BUFFER | RELEASE_BUFFERS, 0);
            context.control(LibSsl.READ_AHEAD, 1, 0);
            // Tickets resume sessions; nothing is kept here for each.
            context.control(LibSsl.SESSION_CACHE_MODE, 0, 0);
            long options = NO_COMPRESSION | NO_RENEGOTIATION;
            if (server) {
                options |= SERVER_PREFERENCE | PRIORITIZE_CHACHA;
                context.groups();
            }
            long _ = (long) LibSsl.SET_OPTIONS.invokeExact(made, options);
            context.text(LibSsl.SET_CIPHERS, CIPHERS, "tls ciphers");
            return context;
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    long control(int command, long number, long pointer) {
        try {
            return (long)
                    LibSsl.CONTEXT_CONTROL.invokeExact(this.pointer, command, number, pointer);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private void groups() {
        try (Arena arena = Arena.ofConfined()) {
            if (control(LibSsl.GROUPS, 0, LibSsl.text(arena, HYBRID + CURVES)) != 1) {
                LibSsl.CLEAR_ERRORS.invokeExact();
                if (control(LibSsl.GROUPS, 0, LibSsl.text(arena, CURVES)) != 1) {
                    throw LibSsl.refused("tls groups", "see the log of the system");
                }
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private void text(MethodHandle call, String text, String subject) {
        try (Arena arena = Arena.ofConfined()) {
            int done = (int) call.invokeExact(pointer, LibSsl.text(arena, text));
            if (done != 1) {
                throw LibSsl.refused(subject, "check it");
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Takes a certificate with its chain, and its key.
    void identity(Path chain, Path key) {
        text(LibSsl.USE_CHAIN, chain.toString(), "certificate " + chain);
        try (Arena arena = Arena.ofConfined()) {
            int read =
                    (int)
                            LibSsl.USE_KEY.invokeExact(
                                    pointer, LibSsl.text(arena, key.toString()), PEM);
            if (read != 1 || (int) LibSsl.CHECK_KEY.invokeExact(pointer) != 1) {
                throw LibSsl.refused("key " + key, "write the PEM file of the key of " + chain);
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Trusts the authorities in that PEM file.
    void trust(Path authorities) {
        try (Arena arena = Arena.ofConfined()) {
            long file = LibSsl.text(arena, authorities.toString());
            if ((int) LibSsl.TRUST.invokeExact(pointer, file, 0L) != 1) {
                throw LibSsl.refused(
                        "authorities " + authorities, "write a PEM file of certificates");
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    void verify(int mode) {
        try {
            LibSsl.SET_VERIFY.invokeExact(pointer, mode, 0L);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }
}
