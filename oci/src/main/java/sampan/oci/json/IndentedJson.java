package sampan.oci.json;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/// JSON as Go's encoder indents it, which is what the users of runc compare with.
final class IndentedJson {
    private final String unit;
    private final StringBuilder text = new StringBuilder();

    IndentedJson(String unit) {
        this.unit = unit;
    }

    String print(JsonNode node) {
        value(node, "\n");
        return text.toString();
    }

    private void value(JsonNode node, String line) {
        if (node.isObject() && !node.isEmpty()) {
            object(node, line);
        } else if (node.isArray() && !node.isEmpty()) {
            array(node, line);
        } else {
            text.append(node);
        }
    }

    private void object(JsonNode node, String line) {
        String inner = line + unit;
        String separator = "{";
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            text.append(separator).append(inner).append(Json.text(field.getKey())).append(": ");
            value(field.getValue(), inner);
            separator = ",";
        }
        text.append(line).append('}');
    }

    private void array(JsonNode node, String line) {
        String inner = line + unit;
        String separator = "[";
        for (JsonNode element : node) {
            text.append(separator).append(inner);
            value(element, inner);
            separator = ",";
        }
        text.append(line).append(']');
    }
}
