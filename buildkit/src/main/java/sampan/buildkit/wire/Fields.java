package sampan.buildkit.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;

/// The fields of one protobuf message that was received. Unknown ones are there and unread; what is
/// absent reads as protobuf's default.
public final class Fields {
    /// Fields of one message.
    private static final int FIELDS_MAX = 100_000;

    private static final byte[] NONE = {};

    private final Map<Integer, List<Object>> values;

    private Fields(Map<Integer, List<Object>> values) {
        this.values = values;
    }

    /// @throws SampanException INVALID for what is no protobuf message
    public static Fields of(byte[] message) {
        Map<Integer, List<Object>> values = new LinkedHashMap<>();
        CodedInputStream in = CodedInputStream.newInstance(message);
        int count = 0;
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (++count > FIELDS_MAX) {
                    throw SampanException.invalid(
                            "a message has more than " + FIELDS_MAX + " fields");
                }
                int number = WireFormat.getTagFieldNumber(tag);
                switch (WireFormat.getTagWireType(tag)) {
                    case WireFormat.WIRETYPE_VARINT -> add(values, number, in.readRawVarint64());
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                            add(values, number, in.readByteArray());
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw SampanException.invalid("malformed message: " + e.getMessage());
        }
        return new Fields(values);
    }

    private static void add(Map<Integer, List<Object>> values, int number, Object value) {
        values.computeIfAbsent(number, _ -> new ArrayList<>()).add(value);
    }

    private List<Object> all(int field) {
        return values.getOrDefault(field, List.of());
    }

    public boolean has(int field) {
        return values.containsKey(field);
    }

    public long number(int field) {
        return all(field).isEmpty() || !(all(field).getLast() instanceof Long number) ? 0 : number;
    }

    public boolean truth(int field) {
        return number(field) != 0;
    }

    /// The caller's.
    public byte[] bytes(int field) {
        List<Object> found = all(field);
        return found.isEmpty() || !(found.getLast() instanceof byte[] bytes) ? NONE : bytes;
    }

    public String text(int field) {
        return text(bytes(field));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public List<String> texts(int field) {
        return allBytes(field).stream().map(Fields::text).toList();
    }

    private List<byte[]> allBytes(int field) {
        return all(field).stream()
                .filter(byte[].class::isInstance)
                .map(byte[].class::cast)
                .toList();
    }

    public Optional<Fields> message(int field) {
        return has(field) ? Optional.of(of(bytes(field))) : Optional.empty();
    }

    public List<Fields> messages(int field) {
        return allBytes(field).stream().map(Fields::of).toList();
    }

    /// A map of strings.
    public Map<String, String> strings(int field) {
        Map<String, String> found = new LinkedHashMap<>();
        messages(field).forEach(entry -> found.put(entry.text(1), entry.text(2)));
        return found;
    }

    /// A map of strings to bytes.
    public Map<String, byte[]> blobs(int field) {
        Map<String, byte[]> found = new LinkedHashMap<>();
        messages(field).forEach(entry -> found.put(entry.text(1), entry.bytes(2)));
        return found;
    }
}
