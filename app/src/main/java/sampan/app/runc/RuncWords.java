package sampan.app.runc;

import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.runtime.monitor.StepFailures;

/// Failures as users of runc read them.
public final class RuncWords {
    private RuncWords() {}

    /// The message; a failed call with the kernel's answer in lower case.
    public static String of(SampanException e) {
        return e instanceof ErrnoException call && !call.subject().isEmpty()
                ? call.call() + " " + call.subject() + ": " + StepFailures.text(call.errno())
                : e.getMessage();
    }
}
