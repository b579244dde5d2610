package sampan.linux.deflate;

import java.nio.ByteBuffer;
import sampan.errors.SampanException;

/// Decodes one raw deflate stream after the other. One thread at a time.
public sealed interface RawInflater extends AutoCloseable permits IsalInflater, JavaInflater {
    /// Bytes that [#inflate] may put back in front of its input's position.
    int PUT_BACK_MAX = 8;

    /// The fastest there is here; Java's own without libisal.
    static RawInflater create() {
        return LibIsal.LOADED.<RawInflater>map(IsalInflater::new).orElseGet(JavaInflater::new);
    }

    /// Decodes what fits. At the stream's end the input stands behind its last byte; up to
    /// [#PUT_BACK_MAX] bytes before the position that it had are written again for that.
    ///
    /// @param input direct, with room for what is put back before its position
    /// @return bytes of output; 0 where more input is needed, or at the end
    /// @throws SampanException INVALID for what is no deflate
    int inflate(ByteBuffer input, ByteBuffer output);

    /// The stream is at its end.
    boolean finished();

    /// Begins another stream.
    void reset();

    @Override
    void close();
}
