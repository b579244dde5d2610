package sampan.engine.build.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Dockerfile;
import sampan.engine.build.syntax.Dockerfile.Stage;
import sampan.engine.build.syntax.MountOption;
import sampan.engine.build.syntax.Words;
import sampan.errors.SampanException;

/// The stages that a target needs.
///
/// @param stages in the Dockerfile's order, the target last
/// @param given names that the request gives files or images, which go before stages
public record Plan(Dockerfile file, List<PlannedStage> stages, Set<String> given) {
    public Plan {
        stages = List.copyOf(stages);
        given = Set.copyOf(given);
    }

    /// What a stage stands on.
    public sealed interface Base {
        record Scratch() implements Base {}

        /// @param platform as its FROM says, or empty
        record Image(String reference, String platform) implements Base {}

        /// An earlier stage.
        record Of(int stage) implements Base {}
    }

    /// @param needs stages that must be done before
    public record PlannedStage(Stage stage, Base base, Set<Integer> needs) {
        public PlannedStage {
            needs = Set.copyOf(needs);
        }
    }

    public PlannedStage target() {
        return stages.getLast();
    }

    /// Steps in all: instructions of the stages, and those in front of them.
    public int steps() {
        return file.arguments().size()
                + stages.stream().mapToInt(s -> s.stage().commands().size() + 1).sum();
    }

    /// @param target name or number of a stage; empty: the last
    /// @throws SampanException INVALID
    public static Plan of(Dockerfile file, String target, Arguments arguments) {
        return of(file, target, arguments, Set.of());
    }

    /// @param given names that go before stages
    public static Plan of(Dockerfile file, String target, Arguments arguments, Set<String> given) {
        Map<String, Integer> names = new HashMap<>();
        Map<Integer, PlannedStage> all = new TreeMap<>();
        for (Stage stage : file.stages()) {
            all.put(stage.index(), planned(file, stage, names, arguments));
            name(stage, given).ifPresent(name -> names.put(name, stage.index()));
        }
        int wanted = target.isEmpty() ? file.stages().size() - 1 : index(file, target);
        TreeSet<Integer> needed = new TreeSet<>();
        List<Integer> waiting = new ArrayList<>(List.of(wanted));
        while (!waiting.isEmpty()) {
            int next = waiting.removeLast();
            if (needed.add(next)) {
                PlannedStage stage = all.get(next);
                if (stage != null) {
                    waiting.addAll(stage.needs());
                }
            }
        }
        List<PlannedStage> stages = new ArrayList<>();
        all.forEach((number, stage) -> {
            if (needed.contains(number)) {
                stages.add(stage);
            }
        });
        return new Plan(file, stages, given);
    }

    private static Optional<String> name(Stage stage, Set<String> given) {
        return stage.from().name().filter(name -> !given.contains(name));
    }

    private static int index(Dockerfile file, String target) {
        for (Stage stage : file.stages().reversed()) {
            if (stage.from().name().equals(Optional.of(target.toLowerCase(Locale.ROOT)))) {
                return stage.index();
            }
        }
        return number(target)
                .filter(i -> i < file.stages().size())
                .orElseThrow(() ->
                        SampanException.invalid(
                                "failed to reach build target " + target + " in Dockerfile"));
    }

    private static Optional<Integer> number(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() < 6
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    private static PlannedStage planned(
            Dockerfile file, Stage stage, Map<String, Integer> names, Arguments arguments) {
        Command.From from = stage.from();
        String name = Words.one(from.image(), file.escape(), arguments::global);
        if (name.isEmpty()) {
            throw SampanException.invalid("base name (" + from.image() + ") should not be blank");
        }
        String platform = Words.one(from.platform(), file.escape(), arguments::global);
        Set<Integer> needs = new LinkedHashSet<>();
        Base base = base(name, platform, names);
        if (base instanceof Base.Of(int earlier)) {
            needs.add(earlier);
        }
        for (Command command : stage.commands()) {
            sources(command)
                    .forEach(source ->
                            stageNamed(source, names, stage.index()).ifPresent(needs::add));
        }
        return new PlannedStage(stage, base, needs);
    }

    private static Base base(String name, String platform, Map<String, Integer> names) {
        Integer earlier = names.get(name.toLowerCase(Locale.ROOT));
        if (earlier != null) {
            return new Base.Of(earlier);
        }
        return name.equals("scratch") ? new Base.Scratch() : new Base.Image(name, platform);
    }

    private static List<String> sources(Command command) {
        return switch (command) {
            case Command.Copy copy -> List.of(copy.flag("from"));
            case Command.Run run ->
                    run.mounts().stream()
                            .map(mount -> MountOption.parse(mount, run.at().line()).from())
                            .toList();
            case Command.Arg _,
                    Command.From _,
                    Command.Env _,
                    Command.Label _,
                    Command.Workdir _,
                    Command.User _,
                    Command.Cmd _,
                    Command.Entrypoint _,
                    Command.Expose _,
                    Command.Volume _,
                    Command.StopSignal _,
                    Command.Shell _,
                    Command.HealthCheck _,
                    Command.OnBuild _,
                    Command.Maintainer _ ->
                    List.of();
        };
    }

    /// The earlier stage that a `--from` names, by name or number.
    ///
    /// @param own number of the stage that asks
    private static Optional<Integer> stageNamed(
            String source, Map<String, Integer> names, int own) {
        if (source.isEmpty()) {
            return Optional.empty();
        }
        Integer named = names.get(source.toLowerCase(Locale.ROOT));
        if (named != null) {
            return Optional.of(named);
        }
        Optional<Integer> number = number(source);
        if (number.isPresent() && number.get() >= own) {
            throw SampanException.invalid(
                    "invalid from flag value " + source + ": refers to current build stage");
        }
        return number;
    }

    /// The earlier stage that a `--from` of the stage names; empty where it means an image.
    public Optional<Integer> source(PlannedStage asking, String name) {
        Map<String, Integer> names = new HashMap<>();
        for (Stage stage : file.stages().subList(0, asking.stage().index())) {
            name(stage, given).ifPresent(n -> names.put(n, stage.index()));
        }
        return stageNamed(name, names, asking.stage().index());
    }
}
