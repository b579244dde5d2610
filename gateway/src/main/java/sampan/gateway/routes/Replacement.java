package sampan.gateway.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// What stands in for a match of an expression, with what its groups have matched.
final class Replacement implements BoundedPattern.Replacing {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$(?:(\\$)|([0-9]{1,2})|\\{([A-Za-z0-9]{1,64})\\})");

    private sealed interface Part {
        record Text(byte[] octets) implements Part {}

        record Group(int number) implements Part {}
    }

    /// What it comes to; all that may stand beside groups is ASCII.
    enum Kind {
        PATH("a path") {
            @Override
            boolean isSound(char c) {
                return c != '?' && Octets.isTarget((byte) c);
            }
        },
        ADDRESS("an address") {
            @Override
            boolean isSound(char c) {
                return c > ' ' && c < 0x7F;
            }
        };

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        abstract boolean isSound(char c);
    }

    private final List<Part> parts;
    private final String text;

    private Replacement(List<Part> parts, String text) {
        this.parts = List.copyOf(parts);
        this.text = text;
    }

    /// @param field for the message
    /// @param to with `$1`, `${1}` or `${name}` for what a group has matched, `$$` for a dollar
    static Replacement of(BoundedPattern pattern, String field, String to, Kind kind) {
        List<Part> parts = new ArrayList<>();
        Matcher reference = REFERENCE.matcher(to);
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (reference.find()) {
            literal.append(to, at, reference.start());
            at = reference.end();
            if (reference.group(1) != null) {
                literal.append('$');
                continue;
            }
            parts.add(text(field, to, literal.toString(), kind));
            literal.setLength(0);
            parts.add(new Part.Group(group(pattern, field, to, reference)));
        }
        literal.append(to, at, to.length());
        parts.add(text(field, to, literal.toString(), kind));
        return new Replacement(parts, to);
    }

    private static int group(BoundedPattern pattern, String field, String to, Matcher reference) {
        String digits = reference.group(2);
        String name = digits != null ? digits : String.valueOf(reference.group(3));
        Map<String, Integer> names = pattern.groupNames();
        Integer number = name.matches("[0-9]{1,2}") ? Integer.valueOf(name) : names.get(name);
        if (number == null || number > pattern.groups()) {
            throw SampanException.invalid(
                    field
                            + " \""
                            + to
                            + "\": the expression has no group "
                            + name
                            + ": it has "
                            + pattern.groups());
        }
        return number;
    }

    private static Part text(String field, String to, String literal, Kind kind) {
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c >= 128 || !kind.isSound(c)) {
                throw SampanException.invalid(
                        field
                                + " \""
                                + to
                                + "\": write "
                                + kind.words
                                + ", percent-encoded, with $1 for groups");
            }
        }
        return new Part.Text(Octets.ascii(literal));
    }

    @Override
    public long put(Matcher matcher, long from, long to, long end) {
        long at = to;
        for (Part part : parts) {
            at =
                    switch (part) {
                        case Part.Text(byte[] octets) -> {
                            if (at + octets.length > end) {
                                yield BoundedPattern.FULL;
                            }
                            Memory.copy(octets, at);
                            yield at + octets.length;
                        }
                        case Part.Group(int number) ->
                                matcher.start(number) < 0
                                        ? at
                                        : BoundedPattern.copy(
                                                from + matcher.start(number),
                                                from + matcher.end(number),
                                                at,
                                                end);
                    };
            if (at == BoundedPattern.FULL) {
                return at;
            }
        }
        return at;
    }

    @Override
    public String toString() {
        return text;
    }
}
