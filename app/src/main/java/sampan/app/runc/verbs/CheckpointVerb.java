package sampan.app.runc.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;
import sampan.app.runc.RuncContext;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// `checkpoint`: refused.
@Command(description = "checkpoint a running container")
public final class CheckpointVerb implements Callable<Integer> {
    /// Whatever is asked of it: the refusal comes before any complaint about an option.
    @SuppressWarnings("UnusedVariable")
    @Unmatched
    private List<String> words = new ArrayList<>();

    public CheckpointVerb(RuncContext context) {}

    @Override
    public Integer call() {
        throw new SampanException(
                ErrorCode.UNSUPPORTED, "checkpoint is not supported: containers keep running");
    }
}
