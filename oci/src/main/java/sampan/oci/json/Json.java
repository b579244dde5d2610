package sampan.oci.json;

import java.io.InputStream;
import java.io.OutputStream;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/// Reads and writes JSON. Records bind by component name; unknown fields are ignored, as every
/// engine does, but trailing text, duplicate keys and documents beyond the limits are refused with
/// [ErrorCode#INVALID]. Thread-safe.
public final class Json {
    /// Longest document, in bytes; a launch spec of 4,096 mounts takes about one MiB.
    public static final long DOCUMENT_BYTES_MAX = 16L << 20;

    /// Objects and lists within each other.
    public static final int DEPTH_MAX = 64;

    private static final int STRING_CHARS_MAX = 4 << 20;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxDocumentLength(DOCUMENT_BYTES_MAX)
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxStringLength(STRING_CHARS_MAX)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    // As Go: a text is no number, a number no text, a fraction no integer.
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .withCoercionConfig(
                            LogicalType.Textual,
                            config ->
                                    config.setCoercion(
                                                    CoercionInputShape.Integer, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Float, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Boolean,
                                                    CoercionAction.Fail))
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                    .build();

    // Four blanks a level, nothing inside of what is empty: as `docker inspect` prints.
    private static final DefaultIndenter INDENT = new DefaultIndenter("    ", "\n");
    private static final PrettyPrinter PRETTY =
            new DefaultPrettyPrinter(
                            Separators.createDefaultInstance()
                                    .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                                    .withObjectEmptySeparator("")
                                    .withArrayEmptySeparator(""))
                    .withArrayIndenter(INDENT)
                    .withObjectIndenter(INDENT);

    private Json() {}

    public static <T> T read(byte[] document, Class<T> type) {
        try {
            return MAPPER.readValue(document, type);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    public static <T> T read(InputStream document, Class<T> type) {
        try {
            return MAPPER.readValue(document, type);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    public static JsonNode tree(byte[] document) {
        return read(document, JsonNode.class);
    }

    public static <T> T convert(JsonNode tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /// Indented by two spaces, for people.
    public static String pretty(Object value) {
        return MAPPER.writer().with(PRETTY).writeValueAsString(value);
    }

    /// Indented by that text a level, as Go's encoder does it.
    public static String indented(Object value, String unit) {
        JsonNode tree = MAPPER.valueToTree(value);
        return new IndentedJson(unit).print(tree);
    }

    public static void write(Object value, OutputStream out) {
        MAPPER.writeValue(out, value);
    }

    // A record's constructor refuses values in its own words, which are better than the library's.
    private static SampanException invalid(JacksonException e) {
        for (Throwable at = e.getCause(); at != null; at = at.getCause()) {
            if (at instanceof SampanException refusal) {
                return new SampanException(
                        refusal.code(), "invalid JSON: " + refusal.getMessage(), e);
            }
        }
        return new SampanException(ErrorCode.INVALID, "invalid JSON: " + Mismatch.tell(e), e);
    }
}
