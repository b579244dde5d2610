package sampan.app.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import sampan.app.cli.CommandContext;
import sampan.engine.containers.Container;
import sampan.errors.SampanException;

/// What may stand at the place where a shell's user pressed tab: verbs, flags, and the names of
/// live objects, each with a description behind a tab.
final class Completion {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    private final CommandContext context;

    Completion(CommandContext context) {
        this.context = context;
    }

    /// @param words behind the program's name, the last one the one that is being typed
    List<String> candidates(List<String> words) {
        String typed = words.isEmpty() ? "" : words.getLast();
        List<String> before = words.isEmpty() ? List.of() : words.subList(0, words.size() - 1);
        List<String> found = new ArrayList<>();
        for (String candidate : all(before, typed)) {
            if (candidate.startsWith(typed)) {
                found.add(candidate);
            }
        }
        return found;
    }

    private List<String> all(List<String> before, String typed) {
        if (before.isEmpty()) {
            List<String> names = described(Commands.TOP);
            Commands.GROUPS.keySet().forEach(group -> names.add(group + "\tcommands on it"));
            names.add("completion\tprint a shell's completion script");
            return names;
        }
        if (before.getFirst().equals("completion")) {
            return SHELLS;
        }
        if (before.getFirst().equals("help")) {
            return described(Commands.TOP);
        }
        Map<String, Verb> group = Commands.GROUPS.get(before.getFirst());
        if (group != null && before.size() == 1) {
            return described(group);
        }
        Verb verb = group == null ? Commands.TOP.get(before.getFirst()) : group.get(before.get(1));
        if (verb == null) {
            return List.of();
        }
        if (typed.startsWith("-")) {
            return flags(verb);
        }
        if (List.of("--network", "--net").contains(before.getLast())) {
            return networks();
        }
        return objects(verb, group == null ? "" : before.getFirst());
    }

    private static List<String> described(Map<String, Verb> verbs) {
        List<String> names = new ArrayList<>();
        verbs.forEach((name, verb) -> {
            // an alias of ls
            if (!name.equals("list")) {
                names.add(name + "\t" + verb.summary());
            }
        });
        return names;
    }

    private List<String> flags(Verb verb) {
        List<String> flags = new ArrayList<>();
        for (var option : new CommandLine(verb.make().apply(context)).getCommandSpec().options()) {
            String description = option.description().length == 0 ? "" : option.description()[0];
            flags.add(option.longestName() + "\t" + description);
        }
        flags.add("--help\tshow how it is used");
        return flags;
    }

    private List<String> objects(Verb verb, String group) {
        try {
            return switch (group) {
                case "image" -> images();
                case "network" -> networks();
                case "volume" -> volumes();
                default -> objects(verb);
            };
        } catch (SampanException e) {
            return List.of();
        }
    }

    private List<String> objects(Verb verb) {
        return switch (verb.name()) {
            case "run", "create", "rmi", "tag", "history", "save" -> images();
            case "start" -> containers(Optional.of(false));
            case "exec",
                    "attach",
                    "stop",
                    "kill",
                    "pause",
                    "unpause",
                    "top",
                    "stats",
                    "port",
                    "enter" ->
                    containers(Optional.of(true));
            case "logs",
                    "rm",
                    "inspect",
                    "wait",
                    "restart",
                    "rename",
                    "update",
                    "diff",
                    "commit",
                    "export",
                    "explain",
                    "show" ->
                    containers(Optional.empty());
            case "cp" ->
                    containers(Optional.empty()).stream()
                            .map(c -> c.replaceFirst("\t", ":\t"))
                            .toList();
            default -> List.of();
        };
    }

    private List<String> networks() {
        List<String> names = new ArrayList<>(List.of("bridge", "host", "none"));
        context.engine()
                .networks()
                .list(Map.of())
                .forEach(network -> {
                    if (!names.contains(network.name())) {
                        names.add(network.name());
                    }
                });
        return names;
    }

    private List<String> containers(Optional<Boolean> alive) {
        List<String> names = new ArrayList<>();
        for (Container container : context.engine().containers().list()) {
            if (alive.isEmpty() || alive.get() == container.status().alive()) {
                names.add(
                        container.name()
                                + "\t"
                                + container.spec().image()
                                + ", "
                                + container.status().word());
            }
        }
        return names;
    }

    private List<String> images() {
        List<String> names = new ArrayList<>();
        context.engine()
                .images()
                .list(false, Map.of())
                .forEach(image -> names.addAll(image.references()));
        return names;
    }

    private List<String> volumes() {
        return context.engine().volumes().list(Map.of()).stream()
                .map(volume -> volume.name())
                .toList();
    }

    /// The script that a shell sources.
    static Optional<String> script(String shell) {
        return switch (shell) {
            case "bash" -> Optional.of(BASH);
            case "zsh" -> Optional.of(ZSH);
            default -> Optional.empty();
        };
    }

    // Bash takes words apart at colons, which stand in the names of images: the line itself tells
    // the words, and what it has of the last one before a colon is taken off the answers.
    private static final String BASH =
            """
            _sampan() {
                local line words word before
                read -ra words <<< "${COMP_LINE:0:COMP_POINT}"
                [[ "${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
                word="${words[${#words[@]} - 1]}"
                before=""
                [[ "$word" == *:* && "$COMP_WORDBREAKS" == *:* ]] && before="${word%:*}:"
                COMPREPLY=()
                while IFS= read -r line; do
                    line="${line%%$'\\t'*}"
                    COMPREPLY+=("${line#"$before"}")
                done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
                [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *: ]] && compopt -o nospace 2>/dev/null
                return 0
            }
            complete -o default -F _sampan sampan
            """;

    // In a directory of fpath the file is the function, and runs for the first time when somebody
    // has pressed tab already.
    private static final String ZSH =
            """
            #compdef sampan
            _sampan() {
                local -a found
                local line
                while IFS= read -r line; do
                    found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
                done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
                _describe sampan found || _files
            }
            if [[ "${funcstack[1]}" == _sampan ]]; then
                _sampan "$@"
            else
                compdef _sampan sampan
            fi
            """;
}
