package sampan.engine.services;

import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A RUN step that ended with a failure.
public final class BuildFailure extends SampanException {
    private static final long serialVersionUID = 1;

    private final String command;
    private final int exitCode;

    public BuildFailure(String command, int exitCode) {
        super(
                ErrorCode.INTERNAL,
                "The command '" + command + "' returned a non-zero code: " + exitCode);
        this.command = command;
        this.exitCode = exitCode;
    }

    public String command() {
        return command;
    }

    public int exitCode() {
        return exitCode;
    }
}
