package sampan.linux.crypto;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 by libcrypto, which uses what the processor has for it. Java's own has that only when
/// its second compiler runs, and the daemon leaves that one out: it is eight to fifteen times
/// slower then.
public final class Sha256 extends MessageDigest {
    private static final String NAME = "SHA-256";
    private static final int BYTES = 32;

    /// SHA256_CTX has 112.
    private static final int STATE_LONGS = 16;

    /// At a time: a collection of garbage waits for a call to end.
    private static final int CHUNK_BYTES = 64 << 10;

    private final LibCrypto lib;
    private final MemorySegment state = MemorySegment.ofArray(new long[STATE_LONGS]);

    private Sha256(LibCrypto lib) {
        super(NAME);
        this.lib = lib;
        lib.init(state);
    }

    /// The fastest there is here; Java's own without libcrypto.
    public static MessageDigest create() {
        return LibCrypto.LOADED.<MessageDigest>map(Sha256::new).orElseGet(Sha256::ofJava);
    }

    static MessageDigest ofJava() {
        try {
            return MessageDigest.getInstance(NAME);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    protected void engineUpdate(byte input) {
        update(MemorySegment.ofArray(new byte[] {input}));
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        update(MemorySegment.ofArray(input).asSlice(offset, length));
    }

    @Override
    protected void engineUpdate(ByteBuffer input) {
        update(MemorySegment.ofBuffer(input));
        input.position(input.limit());
    }

    private void update(MemorySegment content) {
        for (long at = 0; at < content.byteSize(); at += CHUNK_BYTES) {
            lib.update(state, content.asSlice(at, Math.min(CHUNK_BYTES, content.byteSize() - at)));
        }
    }

    @Override
    protected byte[] engineDigest() {
        byte[] sum = new byte[BYTES];
        lib.end(MemorySegment.ofArray(sum), state);
        lib.init(state);
        return sum;
    }

    @Override
    protected void engineReset() {
        lib.init(state);
    }

    @Override
    protected int engineGetDigestLength() {
        return BYTES;
    }
}
