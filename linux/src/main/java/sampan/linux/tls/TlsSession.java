package sampan.linux.tls;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sampan.linux.net.Memory;
import sampan.linux.sys.Errno;
import sampan.linux.sys.SharedLibrary;

/// One connection's TLS on a non-blocking socket of the caller's. Results are as those of
/// `sampan.linux.net.NetCalls`: bytes, 0 for the end that the peer has sealed, `-errno`. An end
/// without a seal is an error: what came before may be cut.
///
/// Belongs to one thread; a platform one, for libssl keeps its errors by thread. [#free] once.
public final class TlsSession {
    private static final int WANT_READ = 2;
    private static final int WANT_WRITE = 3;
    private static final int ENDED = 6;
    private static final int DER_BYTES_MAX = 64 << 10;

    private final long pointer;
    // Keeps the context's callbacks alive as long as the session may call them.
    private final Object owner;
    private boolean dead;
    private boolean wantsWrite;

    TlsSession(TlsContext context, Object owner, int descriptor, boolean server) {
        this.owner = owner;
        try {
            pointer = (long) LibSsl.NEW.invokeExact(context.pointer);
            if (pointer == 0 || (int) LibSsl.SET_DESCRIPTOR.invokeExact(pointer, descriptor) != 1) {
                throw new IllegalStateException("no memory for a TLS session");
            }
            if (server) {
                LibSsl.SET_ACCEPT.invokeExact(pointer);
            } else {
                LibSsl.SET_CONNECT.invokeExact(pointer);
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    void expect(String name, boolean verifies) {
        try (Arena arena = Arena.ofConfined()) {
            long text = LibSsl.text(arena, name);
            long _ = (long) LibSsl.CONTROL.invokeExact(pointer, LibSsl.HOST_NAME, 0L, text);
            if (verifies && (int) LibSsl.SET_HOST.invokeExact(pointer, text) != 1) {
                throw LibSsl.refused("server name " + name, "write a host name");
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Goes on with the handshake: 1 once it is done, `-EAGAIN` while the peer must say more.
    public int handshake() {
        try {
            int n = (int) LibSsl.HANDSHAKE.invokeExact(pointer);
            return n == 1 ? 1 : failed(n);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    public int receive(long at, int length) {
        if (dead) {
            return -Errno.EPROTO;
        }
        try {
            int n = (int) LibSsl.READ.invokeExact(pointer, at, length);
            return n > 0 ? n : failed(n);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Sends as many records as the socket takes. What is not taken must be offered again in the
    /// next call, and no fewer bytes.
    public int send(long at, int length) {
        int sent = 0;
        while (sent < length) {
            int n = sendRecord(at + sent, length - sent);
            if (n <= 0) {
                return sent > 0 && n == -Errno.EAGAIN ? sent : n == 0 ? -Errno.EPIPE : n;
            }
            sent += n;
        }
        return sent;
    }

    private int sendRecord(long at, int length) {
        if (dead) {
            return -Errno.EPIPE;
        }
        try {
            int n = (int) LibSsl.WRITE.invokeExact(pointer, at, length);
            return n > 0 ? n : failed(n);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private int failed(int result) throws Throwable {
        int error = (int) LibSsl.ERROR.invokeExact(pointer, result);
        wantsWrite = error == WANT_WRITE;
        if (error == WANT_READ || error == WANT_WRITE) {
            return -Errno.EAGAIN;
        }
        if (error == ENDED) {
            return 0;
        }
        // A broken session must not be used for an orderly end (SSL_shutdown(3ssl)).
        dead = true;
        LibSsl.clearErrors();
        return -Errno.EPROTO;
    }

    /// After `-EAGAIN`: whether the socket must take more first.
    public boolean wantsWrite() {
        return wantsWrite;
    }

    /// Whether bytes have been taken from the socket that no [#receive] has given yet.
    public boolean hasPending() {
        try {
            return (int) LibSsl.HAS_PENDING.invokeExact(pointer) == 1;
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Tells the peer that nothing more comes; does not wait for its own end.
    public void end() {
        if (dead) {
            return;
        }
        try {
            if ((int) LibSsl.SHUTDOWN.invokeExact(pointer) < 0) {
                LibSsl.clearErrors();
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Whether HTTP/2 was agreed on.
    public boolean isHttp2() {
        return agreed().equals("h2");
    }

    /// Whether it was made to see the proof of a name, and for nothing else.
    public boolean isProof() {
        return agreed().equals("acme-tls/1");
    }

    /// The protocol, nothing where none was spoken of.
    private String agreed() {
        try (Arena arena = Arena.ofConfined()) {
            long at = Memory.allocate(arena, 8);
            long length = Memory.allocate(arena, 8);
            LibSsl.ALPN_SELECTED.invokeExact(pointer, at, length);
            long name = Memory.getLong(at);
            return name == 0
                    ? ""
                    : new String(
                            Memory.bytes(name, Memory.getInt(length)), StandardCharsets.ISO_8859_1);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// The certificate that the peer has shown and that was found good.
    public Optional<PeerCertificate> peer() {
        try (Arena arena = Arena.ofConfined()) {
            long certificate = (long) LibSsl.PEER_CERTIFICATE.invokeExact(pointer);
            if (certificate == 0) {
                return Optional.empty();
            }
            try {
                if ((long) LibSsl.VERIFY_RESULT.invokeExact(pointer) != 0) {
                    return Optional.empty();
                }
                int length = (int) LibSsl.CERTIFICATE_DER.invokeExact(certificate, 0L);
                if (length <= 0 || length > DER_BYTES_MAX) {
                    return Optional.empty();
                }
                long der = Memory.allocate(arena, length);
                long end = Memory.allocate(arena, 8);
                Memory.putLong(end, der); // i2d moves it
                int _ = (int) LibSsl.CERTIFICATE_DER.invokeExact(certificate, end);
                return PeerCertificate.read(Memory.bytes(der, length));
            } finally {
                LibSsl.CERTIFICATE_FREE.invokeExact(certificate);
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    public void free() {
        try {
            LibSsl.FREE.invokeExact(pointer);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        } finally {
            java.lang.ref.Reference.reachabilityFence(owner);
        }
    }
}
