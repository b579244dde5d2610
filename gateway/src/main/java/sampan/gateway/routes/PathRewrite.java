package sampan.gateway.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Paths;
import sampan.linux.net.Memory;

/// A new path by a regular expression: every part of the path in its normal form that matches is
/// replaced; where nothing matches the path stays. What it comes to must be a path that could have
/// been asked for.
public final class PathRewrite implements Filter {
    /// Octets of a path that was made.
    public static final int BYTES_MAX = 8 << 10;

    /// The path stays.
    public static final int SAME = 0;

    private static final int BAD_REQUEST = 400;
    private static final Pattern REFERENCE =
            Pattern.compile("\\$(?:(\\$)|([0-9]{1,2})|\\{([A-Za-z0-9]{1,64})\\})");

    /// One for each loop's thread, as long as the process lives.
    private static final ThreadLocal<Long> ROOM =
            ThreadLocal.withInitial(() -> Memory.allocate(BYTES_MAX));

    private sealed interface Part {
        record Text(byte[] octets) implements Part {}

        record Group(int number) implements Part {}
    }

    private final BoundedPattern pattern;
    private final List<Part> parts;
    private final String text;

    private PathRewrite(BoundedPattern pattern, List<Part> parts, String text) {
        this.pattern = pattern;
        this.parts = List.copyOf(parts);
        this.text = text;
    }

    /// @param field for the message
    /// @param to with `$1`, `${1}` or `${name}` for what a group has matched, `$$` for a dollar
    public static PathRewrite of(BoundedPattern pattern, String field, String to) {
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
            parts.add(text(field, to, literal.toString()));
            literal.setLength(0);
            parts.add(new Part.Group(group(pattern, field, to, reference)));
        }
        literal.append(to, at, to.length());
        parts.add(text(field, to, literal.toString()));
        return new PathRewrite(pattern, parts, to);
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

    private static Part text(String field, String to, String literal) {
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c >= 128 || c == '?' || !Octets.isTarget((byte) c)) {
                throw SampanException.invalid(
                        field
                                + " \""
                                + to
                                + "\": write a path, percent-encoded, with $1 for groups");
            }
        }
        return new Part.Text(Octets.ascii(literal));
    }

    /// Where [#apply] has put the path, for this thread and until its next call.
    public long at() {
        return ROOM.get();
    }

    /// Makes the new path.
    ///
    /// @return its length, [#SAME], or below zero where there is none
    public int apply(RequestView view) {
        long room = ROOM.get();
        int length = pattern.replace(view.pathAt(), view.pathEnd(), this::put, room, BYTES_MAX);
        if (length == BoundedPattern.NO_MATCH) {
            return SAME;
        }
        boolean sound = length > 0 && Memory.get(room) == '/' && Paths.isSound(room, room + length);
        return sound ? length : -1;
    }

    private long put(Matcher matcher, long from, long to, long end) {
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

    /// Refuses a request for which there is no new path.
    @Override
    public int check(RequestView view, long now) {
        if (apply(view) >= SAME) {
            return PASS;
        }
        view.reason("the path cannot be rewritten");
        return BAD_REQUEST;
    }

    @Override
    public String toString() {
        return "~" + pattern + " to " + text;
    }
}
