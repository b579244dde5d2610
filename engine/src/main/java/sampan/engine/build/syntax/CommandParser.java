package sampan.engine.build.syntax;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import sampan.engine.build.syntax.Command.Pair;
import sampan.engine.build.syntax.Command.Program;

/// Checks the form of each instruction.
final class CommandParser {
    static final List<String> KEYWORDS =
            List.of(
                    "ADD",
                    "ARG",
                    "CMD",
                    "COPY",
                    "ENTRYPOINT",
                    "ENV",
                    "EXPOSE",
                    "FROM",
                    "HEALTHCHECK",
                    "LABEL",
                    "MAINTAINER",
                    "ONBUILD",
                    "RUN",
                    "SHELL",
                    "STOPSIGNAL",
                    "USER",
                    "VOLUME",
                    "WORKDIR");
    private static final Pattern STAGE = Pattern.compile("[a-z][a-z0-9\\-_.]*");
    private static final Set<String> NONE = Set.of();

    private final char escape;

    CommandParser(char escape) {
        this.escape = escape;
    }

    Command parse(Instruction at) {
        return switch (at.keyword()) {
            case "ADD" -> copy(at, true);
            case "COPY" -> copy(at, false);
            case "ARG" -> new Command.Arg(at, arguments(at));
            case "CMD" -> new Command.Cmd(at, program(at));
            case "ENTRYPOINT" -> new Command.Entrypoint(at, program(at));
            case "ENV" -> new Command.Env(at, pairs(at));
            case "LABEL" -> new Command.Label(at, pairs(at));
            case "EXPOSE" -> new Command.Expose(at, atLeastOne(at, fields(at.rest())));
            case "FROM" -> from(at);
            case "HEALTHCHECK" -> new HealthLine(at).parse();
            case "MAINTAINER" -> new Command.Maintainer(at, one(at));
            case "ONBUILD" -> onBuild(at);
            case "RUN" -> run(at);
            case "SHELL" -> shell(at);
            case "STOPSIGNAL" -> new Command.StopSignal(at, one(at));
            case "USER" -> new Command.User(at, one(at));
            case "VOLUME" -> volume(at);
            case "WORKDIR" -> new Command.Workdir(at, one(at));
            default -> throw SyntaxError.at(at, unknown(at));
        };
    }

    private static String unknown(Instruction at) {
        String text = "unknown instruction: " + at.text().split("\\s+", 2)[0];
        return nearest(at.keyword())
                .map(near -> text + " (did you mean " + near + "?)")
                .orElse(text);
    }

    private static Optional<String> nearest(String word) {
        int best = 3;
        Optional<String> found = Optional.empty();
        for (String keyword : KEYWORDS) {
            int distance = distance(word, keyword);
            if (distance < best) {
                best = distance;
                found = Optional.of(keyword);
            }
        }
        return found;
    }

    /// Levenshtein's.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                corner = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    static List<String> fields(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    private static <T> List<T> atLeastOne(Instruction at, List<T> arguments) {
        if (arguments.isEmpty()) {
            throw SyntaxError.at(at, at.keyword() + " requires at least one argument");
        }
        return arguments;
    }

    private static String one(Instruction at) {
        if (at.rest().isEmpty()) {
            throw SyntaxError.at(at, at.keyword() + " requires exactly one argument");
        }
        return at.rest();
    }

    private static Program program(Instruction at) {
        return at.json()
                .map(words -> new Program(false, words))
                .orElseGet(() ->
                        new Program(
                                !at.rest().isEmpty(),
                                at.rest().isEmpty() ? List.of() : List.of(at.rest())));
    }

    private Command.Copy copy(Instruction at, boolean add) {
        Set<String> known =
                add
                        ? Set.of("chown", "chmod", "checksum", "exclude")
                        : Set.of("from", "chown", "chmod", "exclude");
        Set<String> truths =
                add ? Set.of("link", "keep-git-dir", "unpack") : Set.of("link", "parents");
        Flags flags = new Flags(at, known, truths, Set.of("exclude"));
        List<String> words = at.json().orElseGet(() -> fields(at.rest()));
        if (words.size() < 2) {
            throw SyntaxError.at(
                    at,
                    words.isEmpty()
                            ? at.keyword() + " requires at least two arguments"
                            : at.keyword()
                                    + " requires at least two arguments, but only one was"
                                    + " provided. Destination could not be determined");
        }
        return new Command.Copy(
                at,
                add,
                List.copyOf(words.subList(0, words.size() - 1)),
                words.getLast(),
                flags.map());
    }

    private List<Pair> arguments(Instruction at) {
        List<Pair> pairs = new ArrayList<>();
        for (String word : atLeastOne(at, RawWords.split(at.rest(), escape))) {
            int equals = word.indexOf('=');
            if (equals == 0) {
                throw SyntaxError.at(at, "ARG names can not be blank");
            }
            pairs.add(
                    equals < 0
                            ? new Pair(word, Optional.empty())
                            : new Pair(
                                    word.substring(0, equals),
                                    Optional.of(word.substring(equals + 1))));
        }
        return pairs;
    }

    /// `A=b C="d e"`, or the old `A b c`.
    private List<Pair> pairs(Instruction at) {
        List<String> words = RawWords.split(at.rest(), escape);
        if (words.isEmpty()) {
            throw SyntaxError.at(at, at.keyword() + " requires at least one argument");
        }
        if (words.getFirst().indexOf('=') < 0) {
            String[] parts = at.rest().split("\\s+", 2);
            if (parts.length < 2) {
                throw SyntaxError.at(at, at.keyword() + " must have two arguments");
            }
            return List.of(new Pair(parts[0], Optional.of(parts[1])));
        }
        List<Pair> pairs = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw SyntaxError.at(
                        at,
                        "Syntax error - can't find = in \""
                                + word
                                + "\". Must be of the form: name=value");
            }
            if (equals == 0) {
                throw SyntaxError.at(at, at.keyword() + " names can not be blank");
            }
            pairs.add(new Pair(word.substring(0, equals), Optional.of(word.substring(equals + 1))));
        }
        return pairs;
    }

    private Command.From from(Instruction at) {
        Flags flags = new Flags(at, Set.of("platform"), NONE, NONE);
        List<String> words = fields(at.rest());
        if (words.size() != 1 && words.size() != 3) {
            throw SyntaxError.at(at, "FROM requires either one or three arguments");
        }
        Optional<String> name = Optional.empty();
        if (words.size() == 3) {
            String stage = words.get(2).toLowerCase(Locale.ROOT);
            if (!words.get(1).equalsIgnoreCase("as")) {
                throw SyntaxError.at(at, "FROM requires either one or three arguments");
            }
            if (!STAGE.matcher(stage).matches()) {
                throw SyntaxError.at(
                        at,
                        "invalid name for build stage: \""
                                + words.get(2)
                                + "\", name can't start with a number or contain symbols");
            }
            name = Optional.of(stage);
        }
        return new Command.From(at, words.getFirst(), name, flags.value("platform"));
    }

    private Command.Run run(Instruction at) {
        Flags flags =
                new Flags(
                        at,
                        Set.of("mount", "network", "security", "device"),
                        NONE,
                        Set.of("mount", "device"));
        if (!flags.all("device").isEmpty()) {
            throw SyntaxError.at(at, "RUN --device is not supported: there are no CDI devices");
        }
        String network = flags.value("network");
        if (!Set.of("", "default", "none", "host").contains(network)) {
            throw SyntaxError.at(at, "invalid network mode: \"" + network + "\"");
        }
        String security = flags.value("security");
        if (!Set.of("", "sandbox", "insecure").contains(security)) {
            throw SyntaxError.at(at, "security \"" + security + "\" is not valid");
        }
        if (at.rest().isEmpty()) {
            throw SyntaxError.at(at, "RUN requires at least one argument");
        }
        return new Command.Run(at, program(at), flags.all("mount"), network, security, List.of());
    }

    private static Command.Shell shell(Instruction at) {
        if (at.json().isEmpty()) {
            throw SyntaxError.at(at, "SHELL requires the arguments to be in JSON form");
        }
        return new Command.Shell(at, atLeastOne(at, at.json().get()));
    }

    private static Command.Volume volume(Instruction at) {
        List<String> paths = at.json().orElseGet(() -> fields(at.rest()));
        for (String path : atLeastOne(at, paths)) {
            if (path.isBlank()) {
                throw SyntaxError.at(at, "VOLUME specified can not be an empty string");
            }
        }
        return new Command.Volume(at, paths);
    }

    private static Command.OnBuild onBuild(Instruction at) {
        if (at.rest().isEmpty()) {
            throw SyntaxError.at(at, "ONBUILD requires at least one argument");
        }
        String trigger = at.rest().split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
        return switch (trigger) {
            case "ONBUILD" ->
                    throw SyntaxError.at(
                            at, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
            case "MAINTAINER", "FROM" ->
                    throw SyntaxError.at(at, trigger + " isn't allowed as an ONBUILD trigger");
            default -> {
                StringBuilder text = new StringBuilder(at.rest());
                for (Heredoc document : at.heredocs()) {
                    text.append('\n').append(document.content()).append(document.name());
                }
                yield new Command.OnBuild(at, text.toString());
            }
        };
    }
}
