package sampan.gateway.wire;

import sampan.linux.net.Memory;

/// Where the content is within a body's octets, which [BodyFraming] has found good before. A body
/// that is not chunked is all content.
public final class ChunkSpans {
    private enum State {
        ALL,
        SIZE,
        EXTENSION,
        CONTENT,
        CONTENT_END,
        TRAILERS
    }

    private static final int LINE_END = 2;

    private State state = State.ALL;
    private long remaining;
    private int skip;

    public void begin(boolean chunked) {
        state = chunked ? State.SIZE : State.ALL;
        remaining = 0;
    }

    /// Where content begins in `[at, end)`, or, once [#isOver], what follows it; the end where
    /// there is neither.
    public long next(long from, long end) {
        long at = from;
        while (at < end && state != State.ALL && state != State.CONTENT && !isOver()) {
            step(Memory.get(at++));
        }
        return at;
    }

    private void step(byte c) {
        switch (state) {
            case ALL, CONTENT, TRAILERS -> throw new AssertionError(state);
            case SIZE -> {
                int digit = Octets.hex(c);
                if (digit >= 0) {
                    remaining = remaining << 4 | digit;
                } else if (c == '\n') {
                    sized();
                } else {
                    state = State.EXTENSION;
                }
            }
            case EXTENSION -> {
                if (c == '\n') {
                    sized();
                }
            }
            case CONTENT_END -> {
                if (--skip == 0) {
                    state = State.SIZE;
                }
            }
        }
    }

    private void sized() {
        state = remaining == 0 ? State.TRAILERS : State.CONTENT;
    }

    /// Takes the content that begins there; returns where it ends.
    public long take(long at, long end) {
        if (state == State.ALL) {
            return end;
        }
        long taken = Math.min(remaining, end - at);
        remaining -= taken;
        if (remaining == 0) {
            state = State.CONTENT_END;
            skip = LINE_END;
        }
        return at + taken;
    }

    /// Whether all chunks have been seen: what follows are trailers and the blank line.
    public boolean isOver() {
        return state == State.TRAILERS;
    }
}
