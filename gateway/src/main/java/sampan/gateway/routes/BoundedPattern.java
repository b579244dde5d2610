package sampan.gateway.routes;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sampan.errors.SampanException;
import sampan.linux.net.Memory;

/// A regular expression over native memory that gives up, and does not match, after [#STEPS_MAX]
/// looks at a character: a hostile path must not hold a loop.
public final class BoundedPattern {
    public static final int STEPS_MAX = 20_000;

    /// Of [#replace]: nothing matches.
    static final int NO_MATCH = -1;

    /// Of [#replace]: it gave up, or there is no room. Of [Replacing]: there is no room.
    static final int FULL = -2;

    /// Writes what stands in for a match.
    interface Replacing {
        /// @param from where the text is that was matched
        /// @param to where to write, at most up to `end`
        /// @return the address behind what was written, or [#FULL]
        long put(Matcher matcher, long from, long to, long end);
    }

    private static final class TooManySteps extends RuntimeException {
        private TooManySteps() {
            super("too many steps", null, false, false);
        }
    }

    private static final class Text implements CharSequence {
        // Made once: a hostile path must not cost a stack trace.
        private final TooManySteps tooMany = new TooManySteps();
        private long at;
        private int length;
        private int steps;

        @Override
        public int length() {
            return length;
        }

        @Override
        public char charAt(int index) {
            if (++steps > STEPS_MAX) {
                throw tooMany;
            }
            return (char) (Memory.get(at + index) & 0xFF);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            Text part = new Text();
            part.at = at + start;
            part.length = end - start;
            return part;
        }
    }

    private record Loop(Text text, Matcher matcher) {}

    private final Pattern pattern;
    private final ThreadLocal<Loop> loops;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
        loops =
                ThreadLocal.withInitial(() -> {
                    Text text = new Text();
                    return new Loop(text, pattern.matcher(text));
                });
    }

    public static BoundedPattern compile(String field, String text) {
        try {
            return new BoundedPattern(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": " + e.getDescription() + ": mend the expression");
        }
    }

    /// One that takes capitals for small letters.
    public static BoundedPattern ofAnyCase(String field, String text) {
        compile(field, text); // so that what is wrong is told of the text as it was written
        return new BoundedPattern(Pattern.compile(text, Pattern.CASE_INSENSITIVE));
    }

    boolean matches(long from, long to) {
        try {
            return matcher(from, to).matches();
        } catch (TooManySteps | StackOverflowError _) {
            return false;
        }
    }

    private Matcher matcher(long from, long to) {
        Loop loop = loops.get();
        loop.text.at = from;
        loop.text.length = (int) (to - from);
        loop.text.steps = 0;
        return loop.matcher.reset();
    }

    /// Groups of the expression, without the whole.
    int groups() {
        return pattern.matcher("").groupCount();
    }

    Map<String, Integer> groupNames() {
        return pattern.namedGroups();
    }

    /// Writes the text with every match replaced.
    ///
    /// @return octets written, [#NO_MATCH] or [#FULL]
    int replace(long from, long to, Replacing with, long into, int room) {
        long end = into + room;
        long at = into;
        int copied = 0;
        boolean any = false;
        try {
            Matcher matcher = matcher(from, to);
            while (matcher.find()) {
                if (any && matcher.end() == copied) {
                    continue; // nothing, right behind a match: `.*` is meant to match once
                }
                any = true;
                at = copy(from + copied, from + matcher.start(), at, end);
                at = at == FULL ? FULL : with.put(matcher, from, at, end);
                if (at == FULL) {
                    return FULL;
                }
                copied = matcher.end();
            }
        } catch (TooManySteps | StackOverflowError _) {
            return FULL;
        }
        if (!any) {
            return NO_MATCH;
        }
        at = copy(from + copied, to, at, end);
        return at == FULL ? FULL : (int) (at - into);
    }

    /// Copies octets; returns the address behind them, or [#FULL].
    static long copy(long from, long to, long into, long end) {
        if (into + (to - from) > end) {
            return FULL;
        }
        long at = into;
        for (long p = from; p < to; p++) {
            Memory.put(at++, Memory.get(p));
        }
        return at;
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
