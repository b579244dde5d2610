package sampan.buildkit.wire;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/// A protobuf message that is being written, field by field. What equals protobuf's default is left
/// out.
public final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes, 64);

    private interface Write {
        void run() throws IOException;
    }

    private Message write(Write write) {
        try {
            write.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Message number(int field, long value) {
        return value == 0 ? this : write(() -> out.writeInt64(field, value));
    }

    public Message truth(int field, boolean value) {
        return number(field, value ? 1 : 0);
    }

    public Message text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public Message texts(int field, Collection<String> values) {
        values.forEach(
                v -> write(() -> out.writeByteArray(field, v.getBytes(StandardCharsets.UTF_8))));
        return this;
    }

    public Message bytes(int field, byte[] value) {
        return value.length == 0 ? this : write(() -> out.writeByteArray(field, value));
    }

    /// Written even where it is empty.
    public Message message(int field, Message value) {
        return write(() -> out.writeByteArray(field, value.bytes()));
    }

    public Message strings(int field, Map<String, String> values) {
        values.forEach((k, v) -> message(field, new Message().text(1, k).text(2, v)));
        return this;
    }

    public Message time(int field, Instant time) {
        return message(
                field, new Message().number(1, time.getEpochSecond()).number(2, time.getNano()));
    }

    public Message time(int field, Optional<Instant> time) {
        return time.isPresent() ? time(field, time.get()) : this;
    }

    public byte[] bytes() {
        write(out::flush);
        return bytes.toByteArray();
    }
}
