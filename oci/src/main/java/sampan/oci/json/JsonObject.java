package sampan.oci.json;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

/// An object whose fields are named one by one. It writes itself: a list of five hundred containers
/// has tens of thousands of values, and looking up how to write each took longer than writing it.
public abstract class JsonObject implements JacksonSerializable {
    /// The fields in the order in which they are written.
    public abstract Map<String, @Nullable Object> fields();

    @Override
    public final void serialize(JsonGenerator out, SerializationContext context) {
        write(fields(), out, context);
    }

    @Override
    public final void serializeWithType(
            JsonGenerator out, SerializationContext context, TypeSerializer type) {
        serialize(out, context);
    }

    private static void write(Map<?, ?> fields, JsonGenerator out, SerializationContext context) {
        out.writeStartObject();
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            out.writeName(field.getKey().toString());
            write(field.getValue(), out, context);
        }
        out.writeEndObject();
    }

    private static void write(
            @Nullable Object value, JsonGenerator out, SerializationContext context) {
        switch (value) {
            case null -> out.writeNull();
            case String text -> out.writeString(text);
            case Boolean truth -> out.writeBoolean(truth);
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case JsonObject object -> write(object.fields(), out, context);
            case Map<?, ?> map -> write(map, out, context);
            case Collection<?> list -> {
                out.writeStartArray();
                for (Object each : list) {
                    write(each, out, context);
                }
                out.writeEndArray();
            }
            default -> context.writeValue(out, value);
        }
    }
}
