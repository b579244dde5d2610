package sampan.api.translate;

import static sampan.api.translate.Values.list;
import static sampan.api.translate.Values.text;

import java.util.List;
import sampan.api.streams.DetachKeys;
import sampan.api.wire.ExecCreate;
import sampan.api.wire.ExecStart;
import sampan.engine.services.ExecService.ExecSpec;
import sampan.errors.SampanException;

/// The bodies of exec create and exec start.
public final class ExecRequest {
    private ExecRequest() {}

    public static ExecSpec read(ExecCreate wire) {
        List<String> command = list("Cmd", wire.cmd());
        if (command.isEmpty()) {
            throw SampanException.invalid("No exec command specified");
        }
        int[] console = Values.consoleSize(wire.consoleSize());
        var _ = DetachKeys.parse(text(wire.detachKeys()));
        return new ExecSpec(
                command,
                list("Env", wire.env()),
                text(wire.user()),
                text(wire.workingDir()),
                wire.privileged(),
                wire.tty(),
                wire.attachStdin(),
                wire.attachStdout(),
                wire.attachStderr(),
                text(wire.detachKeys()),
                console[0],
                console[1]);
    }

    /// @return rows and columns, 0 each where none were given
    public static int[] consoleSize(ExecStart wire) {
        return Values.consoleSize(wire.consoleSize());
    }
}
