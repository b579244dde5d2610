package sampan.linux.deflate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import sampan.errors.SampanException;

/// By libisal, in about a third of zlib's time.
final class IsalInflater implements RawInflater {
    private static final int SCRATCH_BYTES = 32 << 10;

    private final LibIsal lib;
    private final Arena arena = Arena.ofShared();
    private final LibIsal.State state;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    private boolean finished;
    private boolean open = true;

    IsalInflater(LibIsal lib) {
        this.lib = lib;
        this.state = new LibIsal.State(arena.allocate(LibIsal.STATE_BYTES, 64));
        reset();
    }

    @Override
    public int inflate(ByteBuffer input, ByteBuffer output) {
        if (finished) {
            return 0;
        }
        if (output.isDirect()) {
            return decode(input, output);
        }
        scratch.clear().limit(Math.min(SCRATCH_BYTES, output.remaining()));
        int size = decode(input, scratch);
        output.put(scratch.flip());
        return size;
    }

    private int decode(ByteBuffer input, ByteBuffer output) {
        int room = output.remaining();
        state.give(MemorySegment.ofBuffer(input), MemorySegment.ofBuffer(output));
        int result = lib.inflate(state);
        if (result < 0) {
            throw SampanException.invalid(words(result));
        }
        input.position(input.limit() - state.left());
        int size = room - state.room();
        output.position(output.position() + size);
        if (state.finished()) {
            finished = true;
            putBack(input);
        }
        return size;
    }

    // It reads ahead by whole bytes, of an earlier input even.
    private void putBack(ByteBuffer input) {
        int ahead = state.bitsAhead();
        int bytes = ahead / Byte.SIZE;
        long value = state.ahead() >>> ahead % Byte.SIZE;
        int start = input.position() - bytes;
        for (int i = 0; i < bytes; i++) {
            input.put(start + i, (byte) (value >>> i * Byte.SIZE));
        }
        input.position(start);
    }

    private static String words(int result) {
        return switch (result) {
            case -1 -> "invalid block";
            case -2 -> "invalid symbol";
            case -3 -> "invalid distance too far back";
            default -> "error " + result;
        };
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public void reset() {
        lib.init(state);
        finished = false;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            arena.close();
        }
    }
}
