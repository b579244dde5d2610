package sampan.engine.build.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import sampan.engine.build.context.GitAddress;
import sampan.engine.build.context.Picking;
import sampan.engine.build.plan.Plan.Base;
import sampan.engine.build.plan.Plan.PlannedStage;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Heredoc;
import sampan.engine.build.syntax.MountOption;
import sampan.engine.build.syntax.Words;

/// What the steps of a plan look at in the context, as far as it can be told before they run: a
/// variable that only the base image may have makes it all of it, and triggers of a base image are
/// not known.
public final class ContextPaths {
    private final Plan plan;
    private final Arguments arguments;
    private final String name;
    private final TreeSet<String> found = new TreeSet<>();
    private boolean all;

    private ContextPaths(Plan plan, Arguments arguments, String name) {
        this.plan = plan;
        this.arguments = arguments;
        this.name = name;
    }

    /// @param name of a named context; empty: the build's own
    /// @return paths below the context, with wildcards; empty: all of it
    public static List<String> of(Plan plan, Arguments arguments, String name) {
        ContextPaths paths = new ContextPaths(plan, arguments, name);
        Map<Integer, Map<String, String>> stages = new HashMap<>();
        for (PlannedStage planned : plan.stages()) {
            Map<String, String> variables = new HashMap<>();
            if (planned.base() instanceof Base.Of(int earlier)) {
                variables.putAll(stages.getOrDefault(earlier, Map.of()));
            }
            stages.put(planned.stage().index(), variables);
            planned.stage().commands().forEach(command -> paths.add(command, variables));
        }
        return paths.all ? List.of() : List.copyOf(paths.found);
    }

    /// What a source means below its context.
    public static List<String> normal(List<String> sources) {
        return sources.stream().map(Picking::relative).toList();
    }

    private void add(Command command, Map<String, String> variables) {
        switch (command) {
            case Command.Arg argument ->
                    argument.pairs()
                            .forEach(pair ->
                                    arguments
                                            .inStage(
                                                    pair,
                                                    plan.file().escape(),
                                                    n -> Optional.ofNullable(variables.get(n)))
                                            .ifPresent(v -> variables.putIfAbsent(pair.name(), v)));
            case Command.Env set ->
                    set.pairs()
                            .forEach(pair -> {
                                Optional<String> value =
                                        pair.value().flatMap(text -> word(text, variables));
                                value.ifPresentOrElse(
                                        v -> variables.put(pair.name(), v),
                                        () -> variables.remove(pair.name()));
                            });
            case Command.Copy copy -> copy(copy, variables);
            case Command.Run run -> run(run, variables);
            case Command.From _,
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
                    Command.Maintainer _ -> {
                // they look at no files
            }
        }
    }

    /// Empty where a variable's value is not known yet.
    private Optional<String> word(String text, Map<String, String> variables) {
        List<String> unknown = new ArrayList<>();
        String word =
                Words.one(
                        text,
                        plan.file().escape(),
                        n -> {
                            String value = variables.get(n);
                            if (value == null) {
                                unknown.add(n);
                            }
                            return Optional.ofNullable(value);
                        });
        return unknown.isEmpty() ? Optional.of(word) : Optional.empty();
    }

    private void copy(Command.Copy copy, Map<String, String> variables) {
        if (!copy.flag("from").equals(name)) {
            return;
        }
        List<String> documents = copy.at().heredocs().stream().map(Heredoc::marker).toList();
        for (String source : copy.sources()) {
            if (!documents.contains(source)) {
                take(word(source, variables), copy.add());
            }
        }
    }

    private void run(Command.Run run, Map<String, String> variables) {
        for (String text : run.mounts()) {
            Optional<String> known = word(text, variables);
            if (known.isEmpty()) {
                all = true;
                continue;
            }
            MountOption mount = MountOption.parse(known.get(), run.at().line());
            boolean looks = mount.type().equals("bind") || !mount.from().isEmpty();
            if (looks && mount.from().equals(name)) {
                take(Optional.of(mount.source()), false);
            }
        }
    }

    private void take(Optional<String> source, boolean mayBeRemote) {
        if (source.isEmpty()) {
            all = true;
        } else if (!mayBeRemote || !GitAddress.isRemote(source.get())) {
            String path = Picking.relative(source.get());
            all |= path.isEmpty();
            found.add(path);
        }
    }
}
