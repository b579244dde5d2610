package sampan.gateway.routes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sampan.errors.SampanException;
import sampan.linux.net.Memory;

/// A regular expression over native memory that gives up, and does not match, after [#STEPS_MAX]
/// looks at a character: a hostile path must not hold a loop.
public final class BoundedPattern {
    public static final int STEPS_MAX = 20_000;

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

    boolean matches(long from, long to) {
        Loop loop = loops.get();
        loop.text.at = from;
        loop.text.length = (int) (to - from);
        loop.text.steps = 0;
        try {
            return loop.matcher.reset().matches();
        } catch (TooManySteps | StackOverflowError _) {
            return false;
        }
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
