package sampan.linux.tls;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import sampan.errors.SampanException;
import sampan.linux.net.Memory;
import sampan.linux.sys.SharedLibrary;

/// The functions of libssl and libcrypto that are used here, pointers as numbers. See ssl(7ssl).
final class LibSsl {
    static final String LIBRARY = "libssl.so.3";

    static final int MODE = 33;
    static final int READ_AHEAD = 41;
    static final int SESSION_CACHE_MODE = 44;
    static final int SERVER_NAME_CALLBACK = 53;
    static final int HOST_NAME = 55;
    static final int TICKET_KEYS = 59;
    static final int GROUPS = 92;
    static final int MIN_VERSION = 123;

    private static final int REASON_BYTES_MAX = 256;
    private static final SharedLibrary SSL = load(LIBRARY);
    private static final SharedLibrary CRYPTO = load("libcrypto.so.3");

    static final MethodHandle SERVER_METHOD = ssl("TLS_server_method", JAVA_LONG);
    static final MethodHandle CLIENT_METHOD = ssl("TLS_client_method", JAVA_LONG);
    static final MethodHandle CONTEXT_NEW = ssl("SSL_CTX_new", JAVA_LONG, JAVA_LONG);
    static final MethodHandle CONTEXT_FREE =
            SSL.function("SSL_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    static final MethodHandle CONTEXT_CONTROL =
            ssl("SSL_CTX_ctrl", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle CONTEXT_CALLBACK =
            ssl("SSL_CTX_callback_ctrl", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    static final MethodHandle SET_OPTIONS =
            ssl("SSL_CTX_set_options", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle SET_CIPHERS =
            ssl("SSL_CTX_set_cipher_list", JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle USE_CHAIN =
            ssl("SSL_CTX_use_certificate_chain_file", JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle USE_KEY =
            ssl("SSL_CTX_use_PrivateKey_file", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle CHECK_KEY = ssl("SSL_CTX_check_private_key", JAVA_INT, JAVA_LONG);
    static final MethodHandle TRUST =
            ssl("SSL_CTX_load_verify_locations", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle TRUST_SYSTEM =
            ssl("SSL_CTX_set_default_verify_paths", JAVA_INT, JAVA_LONG);
    static final MethodHandle SET_VERIFY =
            SSL.function(
                    "SSL_CTX_set_verify",
                    FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_LONG));
    static final MethodHandle LOAD_AUTHORITIES =
            ssl("SSL_load_client_CA_file", JAVA_LONG, JAVA_LONG);
    static final MethodHandle SET_AUTHORITIES =
            SSL.function(
                    "SSL_CTX_set_client_CA_list", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));
    static final MethodHandle SET_SESSION_CONTEXT =
            ssl("SSL_CTX_set_session_id_context", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle SET_ALPN_CALLBACK =
            SSL.function(
                    "SSL_CTX_set_alpn_select_cb",
                    FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    static final MethodHandle SET_HELLO_CALLBACK =
            SSL.function(
                    "SSL_CTX_set_client_hello_cb",
                    FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    static final MethodHandle HELLO_EXTENSION =
            ssl("SSL_client_hello_get0_ext", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle SET_ALPN =
            ssl("SSL_CTX_set_alpn_protos", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    static final MethodHandle NEW = ssl("SSL_new", JAVA_LONG, JAVA_LONG);
    static final MethodHandle FREE = SSL.function("SSL_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    static final MethodHandle SET_DESCRIPTOR = ssl("SSL_set_fd", JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle SET_ACCEPT =
            SSL.function("SSL_set_accept_state", FunctionDescriptor.ofVoid(JAVA_LONG));
    static final MethodHandle SET_CONNECT =
            SSL.function("SSL_set_connect_state", FunctionDescriptor.ofVoid(JAVA_LONG));
    static final MethodHandle HANDSHAKE = ssl("SSL_do_handshake", JAVA_INT, JAVA_LONG);
    static final MethodHandle READ = ssl("SSL_read", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle WRITE = ssl("SSL_write", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle ERROR = ssl("SSL_get_error", JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle SHUTDOWN = ssl("SSL_shutdown", JAVA_INT, JAVA_LONG);
    static final MethodHandle HAS_PENDING = ssl("SSL_has_pending", JAVA_INT, JAVA_LONG);
    static final MethodHandle CONTROL =
            ssl("SSL_ctrl", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle SET_HOST = ssl("SSL_set1_host", JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle SERVER_NAME =
            ssl("SSL_get_servername", JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle SET_CONTEXT = ssl("SSL_set_SSL_CTX", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle ALPN_SELECTED =
            SSL.function(
                    "SSL_get0_alpn_selected",
                    FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    static final MethodHandle PEER_CERTIFICATE =
            ssl("SSL_get1_peer_certificate", JAVA_LONG, JAVA_LONG);
    static final MethodHandle VERIFY_RESULT = ssl("SSL_get_verify_result", JAVA_LONG, JAVA_LONG);

    static final MethodHandle CERTIFICATE_DER = crypto("i2d_X509", JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle CERTIFICATE_FREE =
            CRYPTO.function("X509_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    static final MethodHandle LAST_ERROR = crypto("ERR_peek_last_error", JAVA_LONG);
    static final MethodHandle ERROR_TEXT =
            CRYPTO.function(
                    "ERR_error_string_n",
                    FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    static final MethodHandle CLEAR_ERRORS =
            CRYPTO.function("ERR_clear_error", FunctionDescriptor.ofVoid());

    private LibSsl() {}

    /// Fails with UNSUPPORTED where the machine has no libssl; call it before anything else here.
    static void require() {
        if (SharedLibrary.find(LIBRARY).isEmpty()) {
            throw SharedLibrary.missing(LIBRARY, "install libssl3, or leave out tls");
        }
    }

    private static SharedLibrary load(String name) {
        return SharedLibrary.find(name)
                .orElseThrow(() -> SharedLibrary.missing(name, "install libssl3"));
    }

    private static MethodHandle ssl(String name, MemoryLayout result, MemoryLayout... arguments) {
        return SSL.function(name, FunctionDescriptor.of(result, arguments));
    }

    private static MethodHandle crypto(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        return CRYPTO.function(name, FunctionDescriptor.of(result, arguments));
    }

    /// A C string that lives as long as the arena.
    static long text(Arena arena, String text) {
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
        long at = Memory.allocate(arena, bytes.length);
        Memory.copy(bytes, at);
        return at;
    }

    /// Why the last call of this thread failed; forgets it.
    static String reason() {
        try (Arena arena = Arena.ofConfined()) {
            long at = Memory.allocate(arena, REASON_BYTES_MAX);
            ERROR_TEXT.invokeExact((long) LAST_ERROR.invokeExact(), at, (long) REASON_BYTES_MAX);
            clearErrors();
            int length = 0;
            while (length < REASON_BYTES_MAX && Memory.get(at + length) != 0) {
                length++;
            }
            String text = new String(Memory.bytes(at, length), StandardCharsets.ISO_8859_1);
            // error:0A000086:SSL routines::certificate verify failed
            return text.substring(text.lastIndexOf(':') + 1);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    static void clearErrors() {
        try {
            CLEAR_ERRORS.invokeExact();
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    static SampanException refused(String subject, String remedy) {
        return SampanException.invalid(subject + ": " + reason() + ": " + remedy);
    }
}
