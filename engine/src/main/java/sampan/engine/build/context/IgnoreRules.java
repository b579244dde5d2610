package sampan.engine.build.context;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import sampan.errors.SampanException;

/// Which files a `.dockerignore` or an `--exclude` leaves out (Docker's documentation, "build
/// context", ".dockerignore files"): the last rule that matches a path or a directory above it
/// decides; `!` lets in again; `**` stands for any number of directories.
public final class IgnoreRules {
    /// Leaves nothing out.
    public static final IgnoreRules NONE = new IgnoreRules(List.of());

    private static final int RULES_MAX = 10_000;

    private record Rule(Pattern pattern, boolean lets) {}

    private final List<Rule> rules;

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    /// The rules of a `.dockerignore`: empty lines and lines that begin with `#` mean nothing.
    public static IgnoreRules file(String text) {
        return of(patterns(text));
    }

    /// The patterns of a `.dockerignore`, as a client is given them.
    public static List<String> patterns(String text) {
        List<String> patterns = new ArrayList<>();
        String bare = text.startsWith("\uFEFF") ? text.substring(1) : text;
        for (String line : bare.split("\r?\n", -1)) {
            if (line.startsWith("#") || line.isBlank()) {
                continue;
            }
            String pattern = line.strip();
            boolean lets = pattern.startsWith("!");
            pattern = lets ? pattern.substring(1).strip() : pattern;
            if (!pattern.isEmpty()) {
                String clean = clean(pattern);
                patterns.add((lets ? "!" : "") + rooted(clean));
            }
        }
        return patterns;
    }

    private static String rooted(String clean) {
        return clean.length() > 1 && clean.startsWith("/") ? clean.substring(1) : clean;
    }

    /// @throws SampanException INVALID for a lone `!` and for more than 10,000 rules
    public static IgnoreRules of(List<String> patterns) {
        if (patterns.size() > RULES_MAX) {
            throw SampanException.invalid("more than " + RULES_MAX + " exclusion patterns");
        }
        List<Rule> rules = new ArrayList<>();
        for (String text : patterns) {
            String pattern = text.strip();
            if (pattern.isEmpty()) {
                continue;
            }
            boolean lets = pattern.startsWith("!");
            if (lets && pattern.length() == 1) {
                throw SampanException.invalid("illegal exclusion pattern: \"!\"");
            }
            rules.add(new Rule(regex(clean(lets ? pattern.substring(1) : pattern)), lets));
        }
        return new IgnoreRules(List.copyOf(rules));
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /// @param path relative, without dots
    public boolean ignores(String path) {
        boolean ignored = false;
        for (Rule rule : rules) {
            if (rule.lets() == ignored && matches(rule.pattern(), path)) {
                ignored = !rule.lets();
            }
        }
        return ignored;
    }

    /// Whether nothing below an ignored directory can be let in: it need not be looked into.
    public boolean ignoresAllBelow(String directory) {
        return ignores(directory) && rules.stream().noneMatch(Rule::lets);
    }

    private static boolean matches(Pattern pattern, String path) {
        String part = path;
        while (true) {
            if (pattern.matcher(part).matches()) {
                return true;
            }
            int slash = part.lastIndexOf('/');
            if (slash < 0) {
                return false;
            }
            part = part.substring(0, slash);
        }
    }

    /// As Go's `filepath.Clean`.
    static String clean(String path) {
        boolean absolute = path.startsWith("/");
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            boolean up = part.equals("..");
            if (up && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".") && !(up && absolute)) {
                parts.add(part);
            }
        }
        String joined = String.join("/", parts);
        if (absolute) {
            return "/" + joined;
        }
        return joined.isEmpty() ? "." : joined;
    }

    private static Pattern regex(String pattern) {
        StringBuilder regex = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            if (c == '*' && at < pattern.length() && pattern.charAt(at) == '*') {
                at++;
                if (at < pattern.length() && pattern.charAt(at) == '/') {
                    at++;
                }
                regex.append(at == pattern.length() ? ".*" : "(.*/)?");
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '[' || c == ']') {
                regex.append(c);
                if (c == '[' && at < pattern.length() && pattern.charAt(at) == '^') {
                    regex.append('^');
                    at++;
                }
            } else if (c == '\\' && at < pattern.length()) {
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(at++))));
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw SampanException.invalid("syntax error in pattern: " + pattern);
        }
    }
}
