package sampan.oci.json;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import sampan.errors.SampanException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// The fields of an object as they stand in a document: what is handed on is not read, and stays as
/// it is to the byte, whatever its size. Still all of it must be JSON.
public final class JsonFields {
    /// Longest document, in bytes.
    public static final int DOCUMENT_BYTES_MAX = 32 << 20;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxDocumentLength(DOCUMENT_BYTES_MAX)
                                    .maxNestingDepth(Json.DEPTH_MAX)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private JsonFields() {}

    /// @param document UTF-8
    /// @throws SampanException INVALID where it is no object, or more than one
    public static Map<String, byte[]> of(byte[] document) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), document)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw SampanException.invalid("invalid JSON: the document is no object");
            }
            Map<String, byte[]> fields = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                int to = (int) parser.currentLocation().getByteOffset();
                fields.put(name, Arrays.copyOfRange(document, from, to));
            }
            if (parser.nextToken() != null) {
                throw SampanException.invalid("invalid JSON: text after the object");
            }
            return fields;
        } catch (JacksonException e) {
            throw SampanException.invalid("invalid JSON: " + Mismatch.tell(e));
        }
    }
}
