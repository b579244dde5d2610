package sampan.linux.crypto;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;
import sampan.linux.sys.SharedLibrary;

/// Verifies signatures of one public key by libcrypto (EVP_DigestVerify(3)), in half of the time
/// that Java's own takes, a third with elliptic curves. Thread-safe; the key is freed with this.
public final class SignatureVerifier {
    /// How what is signed becomes what is verified.
    public enum Scheme {
        /// RSA with the padding of PKCS #1 version 1.5.
        RSA_PKCS1,
        /// RSA with the padding PSS, its salt as long as the digest.
        RSA_PSS,
        /// ECDSA, the signature in DER.
        ECDSA,
        /// Ed25519, without a digest.
        EDDSA
    }

    /// The digest of what is signed.
    public enum Digest {
        NONE,
        SHA256,
        SHA384,
        SHA512
    }

    private static final int PADDING_PSS = 6;
    private static final int SALT_AS_DIGEST = -1;

    /// Absent where the machine has no libcrypto 3.
    private static final Optional<Library> LOADED = Library.load();

    private record Library(
            MethodHandle readKey,
            MethodHandle freeKey,
            MethodHandle newContext,
            MethodHandle freeContext,
            MethodHandle begin,
            MethodHandle setPadding,
            MethodHandle setSalt,
            MethodHandle verify,
            MethodHandle clearErrors,
            MemorySegment[] digests) {
        private static Optional<Library> load() {
            try {
                return SharedLibrary.find("libcrypto.so.3").map(Library::of);
            } catch (NoSuchElementException e) {
                return Optional.empty();
            }
        }

        private static Library of(SharedLibrary library) {
            FunctionDescriptor set = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
            FunctionDescriptor digest = FunctionDescriptor.of(ADDRESS);
            try {
                return new Library(
                        library.function(
                                "d2i_PUBKEY",
                                FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG)),
                        library.function("EVP_PKEY_free", FunctionDescriptor.ofVoid(ADDRESS)),
                        library.function("EVP_MD_CTX_new", FunctionDescriptor.of(ADDRESS)),
                        library.function("EVP_MD_CTX_free", FunctionDescriptor.ofVoid(ADDRESS)),
                        library.function(
                                "EVP_DigestVerifyInit",
                                FunctionDescriptor.of(
                                        JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)),
                        library.function("EVP_PKEY_CTX_set_rsa_padding", set),
                        library.function("EVP_PKEY_CTX_set_rsa_pss_saltlen", set),
                        library.function(
                                "EVP_DigestVerify",
                                FunctionDescriptor.of(
                                        JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG)),
                        library.function("ERR_clear_error", FunctionDescriptor.ofVoid()),
                        new MemorySegment[] {
                            MemorySegment.NULL,
                            (MemorySegment) library.function("EVP_sha256", digest).invokeExact(),
                            (MemorySegment) library.function("EVP_sha384", digest).invokeExact(),
                            (MemorySegment) library.function("EVP_sha512", digest).invokeExact()
                        });
            } catch (NoSuchElementException e) {
                throw e;
            } catch (Throwable t) {
                throw SharedLibrary.broken(t);
            }
        }
    }

    private final Library library;
    private final MemorySegment key;

    private SignatureVerifier(Library library, MemorySegment key) {
        this.library = library;
        this.key = key;
    }

    /// Takes a public key, its SubjectPublicKeyInfo in DER; absent where there is no libcrypto, or
    /// it does not take the key.
    public static Optional<SignatureVerifier> of(byte[] encoded) {
        return LOADED.flatMap(library -> of(library, encoded));
    }

    private static Optional<SignatureVerifier> of(Library library, byte[] encoded) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment octets = arena.allocateFrom(JAVA_BYTE, encoded);
            MemorySegment at = arena.allocateFrom(ADDRESS, octets);
            MemorySegment key =
                    (MemorySegment)
                            library.readKey.invokeExact(
                                    MemorySegment.NULL, at, (long) encoded.length);
            if (key.equals(MemorySegment.NULL)) {
                library.clearErrors.invokeExact();
                return Optional.empty();
            }
            MethodHandle free = library.freeKey;
            MemorySegment owned = key.reinterpret(Arena.ofAuto(), pointer -> free(free, pointer));
            return Optional.of(new SignatureVerifier(library, owned));
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private static void free(MethodHandle free, MemorySegment pointer) {
        try {
            free.invokeExact(pointer);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Whether that is the key's signature. What is malformed is none.
    public boolean verify(Scheme scheme, Digest digest, byte[] signed, byte[] signature) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = (MemorySegment) library.newContext.invokeExact();
            if (context.equals(MemorySegment.NULL)) {
                throw new OutOfMemoryError("EVP_MD_CTX_new");
            }
            try {
                MemorySegment sub = arena.allocate(ADDRESS);
                boolean sound =
                        (int)
                                                library.begin.invokeExact(
                                                        context,
                                                        sub,
                                                        library.digests[digest.ordinal()],
                                                        MemorySegment.NULL,
                                                        key)
                                        == 1
                                && (scheme != Scheme.RSA_PSS || pss(sub.get(ADDRESS, 0)))
                                && (int)
                                                library.verify.invokeExact(
                                                        context,
                                                        arena.allocateFrom(JAVA_BYTE, signature),
                                                        (long) signature.length,
                                                        arena.allocateFrom(JAVA_BYTE, signed),
                                                        (long) signed.length)
                                        == 1;
                if (!sound) {
                    // What is left there would be taken for an error of this thread's next call.
                    library.clearErrors.invokeExact();
                }
                return sound;
            } finally {
                library.freeContext.invokeExact(context);
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private boolean pss(MemorySegment context) throws Throwable {
        return (int) library.setPadding.invokeExact(context, PADDING_PSS) > 0
                && (int) library.setSalt.invokeExact(context, SALT_AS_DIGEST) > 0;
    }
}
