package sampan.linux.deflate;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import sampan.errors.SampanException;

/// By the zlib that comes with Java.
final class JavaInflater implements RawInflater {
    private final Inflater inflater = new Inflater(true);

    @Override
    public int inflate(ByteBuffer input, ByteBuffer output) {
        inflater.setInput(input);
        try {
            int size = inflater.inflate(output);
            if (inflater.needsDictionary()) {
                throw SampanException.invalid("it wants a dictionary");
            }
            return size;
        } catch (DataFormatException e) {
            throw SampanException.invalid(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean finished() {
        return inflater.finished();
    }

    @Override
    public void reset() {
        inflater.reset();
    }

    @Override
    public void close() {
        inflater.end();
    }
}
