package sampan.app.runc.verbs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.app.runc.StatsView;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.state.ContainerStatus;

/// `events`: one JSON object a line, until the container ends.
@Command(
        description =
                "display container events such as OOM notifications, cpu, memory, and IO usage"
                        + " statistics")
public final class EventsVerb implements Callable<Integer> {
    private static final long LOOK_MILLIS = 100;
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(?:\\.[0-9]+)?(ms|s|m|h)");

    private final RuncContext context;

    @Option(
            names = "--interval",
            paramLabel = "DURATION",
            description = "set the stats collection interval (default: 5s)")
    private String interval = "5s";

    @Option(names = "--stats", description = "display the container's stats then exit")
    private boolean stats;

    @Parameters(arity = "1", paramLabel = "<container-id>")
    private String id = "";

    public EventsVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        long millis = millis();
        if (millis <= 0) {
            throw SampanException.invalid("duration interval must be greater than 0");
        }
        Container container = context.container(id);
        if (container.status() == ContainerStatus.STOPPED) {
            throw SampanException.conflict("container with id " + id + " is not running");
        }
        if (stats) {
            print(container);
            return 0;
        }
        watch(container, millis);
        return 0;
    }

    private long millis() {
        Matcher parts = DURATION.matcher(interval);
        if (interval.equals("0")) {
            return 0;
        }
        if (!parts.matches()) {
            throw SampanException.invalid(
                    "invalid value \"" + interval + "\" for flag -interval: parse error");
        }
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> number;
            case "s" -> TimeUnit.SECONDS.toMillis(number);
            case "m" -> TimeUnit.MINUTES.toMillis(number);
            default -> TimeUnit.HOURS.toMillis(number);
        };
    }

    // Interrupted when the client goes away or is told to end.
    private void watch(Container container, long millis) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long kills = container.cgroup().oomKills();
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (container.process().isPresent()) {
            boolean _ = never.await(Math.min(LOOK_MILLIS, millis), TimeUnit.MILLISECONDS);
            long now = container.cgroup().oomKills();
            for (; kills < now; kills++) {
                Map<String, String> event = new LinkedHashMap<>();
                event.put("type", "oom");
                event.put("id", id);
                line(event);
            }
            if (System.nanoTime() >= due) {
                print(container);
                due += TimeUnit.MILLISECONDS.toNanos(millis);
            }
        }
    }

    private void print(Container container) {
        line(StatsView.event(id, container.cgroup().stats()));
    }

    private void line(Object event) {
        context.out().println(Json.text(event));
        context.out().flush();
    }
}
