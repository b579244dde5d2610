package sampan.engine.build.syntax;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Splits a Dockerfile's text into instructions: directives, comments, joined lines, heredocs.
final class InstructionReader {
    private static final Pattern DIRECTIVE =
            Pattern.compile("^#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+?)\\s*$");
    private static final Set<String> DIRECTIVES = Set.of("syntax", "escape", "check");
    private static final Set<String> WITH_HEREDOCS = Set.of("RUN", "COPY", "ADD");
    private static final Set<String> WITH_FLAGS =
            Set.of("ADD", "COPY", "FROM", "HEALTHCHECK", "RUN");
    private static final Set<String> WITH_JSON =
            Set.of("ADD", "COPY", "CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME");

    /// Most instructions of one file.
    static final int INSTRUCTIONS_MAX = 10_000;

    private final List<String> lines;
    private final Map<String, String> directives = new LinkedHashMap<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private char escape = '\\';
    private int at;

    private InstructionReader(String text) {
        String bare = text.startsWith("\uFEFF") ? text.substring(1) : text;
        lines = Arrays.stream(bare.split("\n", -1)).map(InstructionReader::chomp).toList();
    }

    private static String chomp(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /// What was read.
    record Read(
            Map<String, String> directives,
            char escape,
            List<Instruction> instructions,
            List<Finding> findings) {}

    static Read read(String text) {
        InstructionReader reader = new InstructionReader(text);
        reader.readDirectives();
        reader.readAll();
        return new Read(reader.directives, reader.escape, reader.instructions, reader.findings);
    }

    /// One instruction given as text: an ONBUILD trigger, a `--change`.
    static Instruction one(String text, char escape, int line) {
        InstructionReader reader = new InstructionReader(text);
        reader.escape = escape;
        reader.readAll();
        if (reader.instructions.size() != 1) {
            throw SyntaxError.at(line, "expected one instruction: " + text);
        }
        return reader.instructions.getFirst();
    }

    private void readDirectives() {
        while (at < lines.size()) {
            Matcher matcher = DIRECTIVE.matcher(lines.get(at).strip());
            if (!matcher.matches()) {
                return;
            }
            String name = matcher.group(1).toLowerCase(Locale.ROOT);
            if (!DIRECTIVES.contains(name)) {
                return;
            }
            if (directives.putIfAbsent(name, matcher.group(2)) != null) {
                throw SyntaxError.at(at + 1, "only one " + name + " parser directive can be used");
            }
            if (name.equals("escape")) {
                setEscape(matcher.group(2));
            }
            at++;
        }
    }

    private void setEscape(String value) {
        if (!value.equals("\\") && !value.equals("`")) {
            throw SyntaxError.at(
                    at + 1, "invalid escape token '" + value + "' does not match ` or \\");
        }
        escape = value.charAt(0);
    }

    private void readAll() {
        while (at < lines.size()) {
            String line = lines.get(at);
            if (line.isBlank() || isComment(line)) {
                at++;
            } else {
                instruction();
            }
        }
    }

    private static boolean isComment(String line) {
        return line.stripLeading().startsWith("#");
    }

    private void instruction() {
        int first = at;
        StringBuilder joined = new StringBuilder();
        boolean open = true;
        while (open && at < lines.size()) {
            String line = lines.get(at);
            if (at > first && isComment(line)) {
                at++;
                continue;
            }
            if (at > first && line.isBlank()) {
                findings.add(
                        new Finding("NoEmptyContinuation", "empty continuation line", at + 1, 1));
                at++;
                continue;
            }
            int cut = continuation(line);
            open = cut >= 0;
            joined.append(open ? line.substring(0, cut) : line);
            at++;
        }
        String text = joined.toString().strip();
        if (text.isEmpty()) {
            return;
        }
        int column = lines.get(first).length() - lines.get(first).stripLeading().length() + 1;
        Instruction read = parse(text, first + 1, column);
        List<Heredoc> marks = heredocMarks(read);
        instructions.add(marks.isEmpty() ? read : read.withHeredocs(contents(marks, first + 1)));
        if (instructions.size() > INSTRUCTIONS_MAX) {
            throw SampanException.invalid(
                    "Dockerfile with more than " + INSTRUCTIONS_MAX + " instructions");
        }
    }

    /// Where the escape that joins the line with the next stands; -1 where none does.
    private int continuation(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
            end--;
        }
        if (end == 0 || line.charAt(end - 1) != escape) {
            return -1;
        }
        return end >= 2 && line.charAt(end - 2) == escape ? -1 : end - 1;
    }

    private Instruction parse(String text, int line, int column) {
        String[] parts = text.split("\\s+", 2);
        String keyword = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length == 2 ? parts[1].strip() : "";
        if (!parts[0].equals(keyword) && !parts[0].equals(parts[0].toLowerCase(Locale.ROOT))) {
            findings.add(
                    new Finding(
                            "ConsistentInstructionCasing",
                            "Command '" + parts[0] + "' should be consistently cased",
                            line,
                            column));
        }
        List<String> flags = new ArrayList<>();
        if (WITH_FLAGS.contains(keyword)) {
            rest = takeFlags(rest, flags);
        }
        Optional<List<String>> json =
                WITH_JSON.contains(keyword) ? jsonWords(rest) : Optional.empty();
        return new Instruction(keyword, flags, rest, json, List.of(), line, column, text);
    }

    /// Takes the words that begin with two dashes off; a lone `--` ends them.
    private String takeFlags(String rest, List<String> flags) {
        String left = rest;
        while (left.startsWith("--")) {
            int end = flagEnd(left);
            String flag = left.substring(0, end);
            left = left.substring(end).stripLeading();
            if (flag.equals("--")) {
                return left;
            }
            flags.add(unquoted(flag));
        }
        return left;
    }

    private int flagEnd(String text) {
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                return i;
            }
            if (c == escape && quote != '\'') {
                i++;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            }
        }
        return text.length();
    }

    private String unquoted(String flag) {
        StringBuilder out = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < flag.length(); i++) {
            char c = flag.charAt(i);
            if (c == escape && quote != '\'' && i + 1 < flag.length()) {
                out.append(flag.charAt(++i));
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    static Optional<List<String>> jsonWords(String text) {
        if (!text.startsWith("[")) {
            return Optional.empty();
        }
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            List<String> words = Arrays.asList(Json.read(bytes, String[].class));
            return words.contains(null) ? Optional.empty() : Optional.of(List.copyOf(words));
        } catch (SampanException e) {
            return Optional.empty(); // a shell's test command begins like that too
        }
    }

    private List<Heredoc> heredocMarks(Instruction read) {
        if (read.keyword().equals("ONBUILD")) {
            Instruction trigger = parse(read.rest(), read.line(), read.column());
            return WITH_HEREDOCS.contains(trigger.keyword()) && trigger.json().isEmpty()
                    ? Heredocs.in(trigger.rest(), escape)
                    : List.of();
        }
        return WITH_HEREDOCS.contains(read.keyword()) && read.json().isEmpty()
                ? Heredocs.in(read.rest(), escape)
                : List.of();
    }

    private List<Heredoc> contents(List<Heredoc> marks, int line) {
        List<Heredoc> found = new ArrayList<>();
        for (Heredoc mark : marks) {
            StringBuilder content = new StringBuilder();
            boolean ended = false;
            while (!ended && at < lines.size()) {
                String next = lines.get(at++);
                String bare = mark.stripTabs() ? withoutTabs(next) : next;
                ended = bare.equals(mark.name());
                if (!ended && (at < lines.size() || !next.isEmpty())) {
                    content.append(bare).append('\n');
                }
            }
            if (!ended) {
                throw SyntaxError.at(line, "unterminated heredoc");
            }
            found.add(
                    new Heredoc(
                            mark.name(),
                            mark.marker(),
                            mark.stripTabs(),
                            mark.expand(),
                            content.toString()));
        }
        return found;
    }

    private static String withoutTabs(String line) {
        int start = 0;
        while (start < line.length() && line.charAt(start) == '\t') {
            start++;
        }
        return line.substring(start);
    }
}
