package sampan.app.cli.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// `sampan audit verify`: names the lines of a gateway's audit log that are not what was written.
/// The client runs the gateway's program for that, with its own rights. Exit status 1 where
/// something is wrong.
@Command(description = "Name altered and removed lines of a gateway's audit log")
public final class AuditVerifyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--key", description = "File with the key of the log", paramLabel = "FILE")
    private String key = "";

    @Parameters(paramLabel = "FILE", description = "The log; its older files lie beside it")
    private String file = "";

    public AuditVerifyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<String> words = new ArrayList<>();
        words.add(context.settings().home().resolve("bin/sampan-gateway").toString());
        words.addAll(List.of("--verify-audit", file));
        if (!key.isEmpty()) {
            words.addAll(List.of("--key", key));
        }
        try (Fd nothing = context.caller().open("/dev/null", Open.RDONLY, 0)) {
            List<Fd> standard =
                    List.of(nothing, context.caller().stdout(), context.caller().stderr());
            return context.caller().run(words, standard).join();
        }
    }
}
