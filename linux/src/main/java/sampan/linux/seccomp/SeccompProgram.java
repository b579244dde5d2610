package sampan.linux.seccomp;

import java.nio.ByteBuffer;

/// A filter as the kernel takes it.
public final class SeccompProgram {
    /// Bytes of one struct sock_filter.
    public static final int INSTRUCTION = 8;

    private final byte[] code;
    private final long flags;
    private final boolean listener;

    SeccompProgram(byte[] code, long flags, boolean listener) {
        this.code = code;
        this.flags = flags;
        this.listener = listener;
    }

    /// The instructions: an array of struct sock_filter in the machine's byte order.
    public ByteBuffer code() {
        return ByteBuffer.wrap(code).asReadOnlyBuffer();
    }

    /// How many bytes that is.
    public int size() {
        return code.length;
    }

    /// SECCOMP_FILTER_FLAG_* for seccomp(2), NEW_LISTENER among them where [#listener] is set.
    public long flags() {
        return flags;
    }

    /// Whether loading it yields a descriptor that a supervisor has to get.
    public boolean listener() {
        return listener;
    }
}
