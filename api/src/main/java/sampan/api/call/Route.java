package sampan.api.call;

import java.io.IOException;

/// Answers one call. Failures are thrown: the dispatcher words them.
@FunctionalInterface
public interface Route {
    void answer(Call call) throws IOException, InterruptedException;
}
