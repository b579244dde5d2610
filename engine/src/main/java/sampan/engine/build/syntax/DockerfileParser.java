package sampan.engine.build.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.engine.build.syntax.Dockerfile.Stage;
import sampan.errors.SampanException;

/// Reads Dockerfiles.
public final class DockerfileParser {
    /// Longest Dockerfile, in bytes.
    public static final int BYTES_MAX = 2 << 20;

    private DockerfileParser() {}

    /// @throws SampanException INVALID, naming the line
    public static Dockerfile parse(String text) {
        InstructionReader.Read read = InstructionReader.read(text);
        if (read.instructions().isEmpty()) {
            throw SampanException.invalid("file with no instructions");
        }
        CommandParser parser = new CommandParser(read.escape());
        List<Command.Arg> arguments = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        for (Instruction instruction : read.instructions()) {
            Command command = parser.parse(instruction);
            if (command instanceof Command.From from) {
                stages.add(new Stage(stages.size(), from, new ArrayList<>()));
            } else if (!stages.isEmpty()) {
                stages.getLast().commands().add(command);
            } else if (command instanceof Command.Arg argument) {
                arguments.add(argument);
            } else {
                throw SampanException.invalid("no build stage in current context");
            }
        }
        if (stages.isEmpty()) {
            throw SampanException.invalid("no build stage in current context");
        }
        List<Finding> findings = new ArrayList<>(read.findings());
        findings.addAll(check(stages));
        return new Dockerfile(
                read.directives(),
                read.escape(),
                List.copyOf(arguments),
                List.copyOf(stages),
                List.copyOf(findings));
    }

    /// One instruction by itself: an ONBUILD trigger, a `--change` of commit.
    ///
    /// @param line that failures name
    public static Command instruction(String text, char escape, int line) {
        return new CommandParser(escape).parse(InstructionReader.one(text, escape, line));
    }

    private static List<Finding> check(List<Stage> stages) {
        List<Finding> findings = new ArrayList<>();
        Map<String, Integer> names = new HashMap<>();
        for (Stage stage : stages) {
            Instruction at = stage.from().at();
            stage.from()
                    .name()
                    .ifPresent(name -> {
                        if (names.putIfAbsent(name, stage.index()) != null) {
                            findings.add(
                                    finding(
                                            "DuplicateStageName",
                                            "Duplicate stage name \""
                                                    + name
                                                    + "\", stage names should be unique",
                                            at));
                        }
                    });
            checkCommands(stage, findings);
        }
        return findings;
    }

    private static void checkCommands(Stage stage, List<Finding> findings) {
        Map<String, Instruction> once = new HashMap<>();
        for (Command command : stage.commands()) {
            Instruction at = command.at();
            switch (command) {
                case Command.Maintainer _ ->
                        findings.add(
                                finding(
                                        "MaintainerDeprecated",
                                        "Maintainer instruction is deprecated in favor of using"
                                                + " label",
                                        at));
                case Command.Cmd _, Command.Entrypoint _, Command.HealthCheck _ -> {
                    Instruction before = once.put(at.keyword(), at);
                    if (before != null) {
                        findings.add(
                                finding(
                                        "MultipleInstructionsDisallowed",
                                        "Multiple "
                                                + at.keyword()
                                                + " instructions should not be used in the same"
                                                + " stage because only the last one will be used",
                                        before));
                    }
                }
                case Command.Workdir(Instruction _, String path)
                        when !path.startsWith("/")
                                && !path.startsWith("$")
                                && !once.containsKey("WORKDIR") ->
                        findings.add(
                                finding(
                                        "WorkdirRelativePath",
                                        "Relative workdir \""
                                                + path
                                                + "\" can have unexpected results if the base"
                                                + " image changes",
                                        at));
                case Command.Workdir _ -> once.put("WORKDIR", at);
                case Command.Env _, Command.Label _ -> {
                    if (at.rest().split("\\s+", 2)[0].indexOf('=') < 0) {
                        findings.add(
                                finding(
                                        "LegacyKeyValueFormat",
                                        "\""
                                                + at.keyword()
                                                + " key=value\" should be used instead of legacy"
                                                + " \""
                                                + at.keyword()
                                                + " key value\" format",
                                        at));
                    }
                }
                case Command.Arg _,
                        Command.From _,
                        Command.Run _,
                        Command.Copy _,
                        Command.User _,
                        Command.Expose _,
                        Command.Volume _,
                        Command.StopSignal _,
                        Command.Shell _,
                        Command.OnBuild _ -> {}
            }
        }
    }

    private static Finding finding(String rule, String message, Instruction at) {
        return new Finding(rule, message, at.line(), at.column());
    }
}
