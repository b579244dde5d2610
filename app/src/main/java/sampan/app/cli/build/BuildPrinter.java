package sampan.app.cli.build;

import java.io.PrintStream;
import java.util.function.Supplier;
import sampan.engine.services.BuildListener;

/// Tells a person how a build goes.
final class BuildPrinter implements BuildListener {
    private static final int BRIEF = 12;

    private final PrintStream out;
    private final boolean quiet;
    private long began;

    BuildPrinter(PrintStream out, boolean quiet) {
        this.out = out;
        this.quiet = quiet;
    }

    @Override
    public <T> T fetching(String address, boolean repository, Supplier<T> work) {
        if (!quiet) {
            out.println("Fetching " + address);
            out.flush();
        }
        return work.get();
    }

    @Override
    public void on(BuildEvent event) {
        if (quiet) {
            return;
        }
        switch (event) {
            case BuildEvent.Step step -> {
                began = System.nanoTime();
                String stage = step.stage().isEmpty() ? "" : "[" + step.stage() + "] ";
                out.println(
                        "Step " + step.number() + "/" + step.total() + " : " + stage + step.text());
            }
            case BuildEvent.Cached() -> out.println(" ---> Using cache");
            case BuildEvent.Missed(String cause) -> out.println(" ---> Not in the cache: " + cause);
            case BuildEvent.Running(String id) -> out.println(" ---> Running in " + brief(id));
            case BuildEvent.Output(byte[] bytes, _) -> out.write(bytes, 0, bytes.length);
            case BuildEvent.Removed _ -> {
                // of no interest to people
            }
            case BuildEvent.Triggers triggers ->
                    triggers.triggers().forEach(text -> out.println(" ---> Trigger: " + text));
            case BuildEvent.Done(String id) -> {
                if (!id.isEmpty()) {
                    out.printf(" ---> %s %.2fs%n", brief(id), (System.nanoTime() - began) / 1e9);
                }
            }
            case BuildEvent.Warning(String text) -> out.println("[Warning] " + text);
        }
        out.flush();
    }

    private static String brief(String id) {
        String hex = id.substring(id.indexOf(':') + 1);
        return hex.substring(0, Math.min(BRIEF, hex.length()));
    }
}
