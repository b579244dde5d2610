package sampan.oci.json;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.MismatchedInputException;

/// Words for a value of the wrong kind: which field, what stands there, what belongs there. The
/// library's own words name classes.
final class Mismatch {
    private static final int VALUE_CHARS_MAX = 64;
    private static final Pattern VALUE =
            Pattern.compile("value [(](?!token)(.*?)[)](?: |$)", Pattern.DOTALL);

    private Mismatch() {}

    static String tell(JacksonException e) {
        return switch (e) {
            case MismatchedInputException mismatch when mismatch.getCurrentToken() != null ->
                    tell(mismatch, found(mismatch), mismatch.getTargetType());
            case InputCoercionException overflow ->
                    tell(overflow, "a number" + value(overflow), overflow.getTargetType());
            // The library adds where its own source stands, which nobody gave it.
            default -> e.getOriginalMessage().replaceAll(" ?[(]start marker at .*", "").strip();
        };
    }

    private static String tell(JacksonException e, String found, Class<?> wanted) {
        return path(e.getPath()) + " is " + found + ", give " + kind(wanted);
    }

    private static String path(List<JacksonException.Reference> path) {
        if (path.isEmpty()) {
            return "the document";
        }
        return path.stream()
                .map(step ->
                        step.getPropertyName() == null
                                ? "[" + step.getIndex() + "]"
                                : "." + step.getPropertyName())
                .collect(Collectors.joining())
                .replaceFirst("^[.]", "");
    }

    private static String found(MismatchedInputException e) {
        JsonToken token = e.getCurrentToken();
        return switch (token) {
            case null -> "of the wrong kind";
            case START_OBJECT, PROPERTY_NAME, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "a list";
            case VALUE_NULL -> "null";
            case VALUE_STRING -> "a text" + value(e);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number" + value(e);
            case VALUE_TRUE -> "true";
            case VALUE_FALSE -> "false";
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "of the wrong kind";
        };
    }

    /// The value stands in brackets in the library's own words, where it is known.
    private static String value(JacksonException e) {
        Matcher shown = VALUE.matcher(e.getOriginalMessage());
        return shown.find() ? " " + cut(shown.group(1)) : "";
    }

    private static String cut(String text) {
        return text.length() <= VALUE_CHARS_MAX
                ? text
                : text.substring(0, VALUE_CHARS_MAX) + "\u2026";
    }

    private static String kind(Class<?> wanted) {
        if (wanted == String.class) {
            return "a text";
        }
        if (wanted == int.class || wanted == Integer.class) {
            return "an integer of 32 bits";
        }
        if (wanted == long.class || wanted == Long.class) {
            return "an integer of 64 bits";
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return "true or false";
        }
        if (Number.class.isAssignableFrom(wanted) || wanted.isPrimitive()) {
            return "a number";
        }
        return Collection.class.isAssignableFrom(wanted) || wanted.isArray()
                ? "a list"
                : "an object";
    }
}
