package sampan.app.cli.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxiedSignalsTest {
    private final List<String> sent = new ArrayList<>();
    private final ProxiedSignals signals = new ProxiedSignals(sent::add);

    @Test
    void signalBeforeTheStartWaitsForIt() {
        signals.send("SIGINT");
        signals.send("SIGTERM");
        assertThat(sent).isEmpty();
        signals.started();
        assertThat(sent).containsExactly("SIGTERM");
    }

    @Test
    void signalsOfARunningOneGoOn() {
        signals.started();
        signals.send("SIGINT");
        signals.send("SIGHUP");
        assertThat(sent).containsExactly("SIGINT", "SIGHUP");
    }
}
