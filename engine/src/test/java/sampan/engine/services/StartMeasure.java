package sampan.engine.services;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.tasks.StepClock;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;

@Tag("privileged")
class StartMeasure {
    @Test
    void measure() throws Exception {
        Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "sampan-measure");
        WholeEngine engine = new WholeEngine(directory).withImage();
        int rounds = Integer.parseInt(System.getenv().getOrDefault("ROUNDS", "300"));
        Map<String, List<Long>> steps = new LinkedHashMap<>();
        try {
            for (int i = 0; i < rounds; i++) {
                Specs specs = Specs.run("true");
                specs.autoRemove = true;
                Thread.sleep(Integer.parseInt(System.getenv().getOrDefault("GAP", "0")));
                long a = System.nanoTime();
                String id = engine.containers.create(Optional.empty(), specs.spec()).id().value();
                long b = System.nanoTime();
                var end = engine.tasks.waitFor(id, WaitCondition.REMOVED);
                engine.steps.clear();
                engine.tasks.start(id, Optional.empty());
                long c = System.nanoTime();
                end.get(60, TimeUnit.SECONDS);
                long d = System.nanoTime();
                if (i < rounds / 2) {
                    continue;
                }
                add(steps, "create", b - a);
                add(steps, "start", c - b);
                add(steps, "end", d - c);
                add(steps, "all", d - a);
                for (StepClock.Report r : engine.steps) {
                    for (StepClock.Step s : r.steps()) {
                        add(steps, "  " + r.journey() + "." + s.name(), s.nanos());
                    }
                }
            }
        } finally {
            engine.destroy();
        }
        steps.forEach((n, v) -> {
            long[] x = v.stream().mapToLong(l -> l).sorted().toArray();
            System.err.printf(
                    "%-24s median %6d us  p10 %6d us n %d%n",
                    n, x[x.length / 2] / 1000, x[x.length / 10] / 1000, x.length);
        });
        Arrays.asList(1);
    }

    private static void add(Map<String, List<Long>> steps, String name, long nanos) {
        steps.computeIfAbsent(name, _ -> new ArrayList<>()).add(nanos);
    }
}
