package sampan.app.runc.verbs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.runc.RuncContext;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;
import sampan.runtime.lifecycle.Container;

/// `ps`: the lines of ps(1) that are about the container's processes.
@Command(description = "ps displays the processes running inside a container")
public final class PsVerb implements Callable<Integer> {
    private static final int OUTPUT_BYTES_MAX = 16 << 20;

    private final RuncContext context;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = "select one of: table or json (default: \"table\")")
    private String format = "table";

    @Parameters(index = "0", paramLabel = "<container-id>")
    private String id = "";

    @Parameters(index = "1..*", paramLabel = "[ps options]")
    private List<String> options = new ArrayList<>();

    public PsVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Container container = context.container(id);
        List<Integer> pids = container.cgroup().processes();
        switch (format) {
            case "table" -> print(lines(), pids);
            case "json" -> context.out().println(Json.text(pids));
            default -> throw SampanException.invalid("invalid format option");
        }
        return 0;
    }

    private List<String> lines() throws IOException {
        List<String> words = new ArrayList<>(List.of("ps"));
        words.addAll(options.isEmpty() ? List.of("-ef") : options);
        Process ps;
        try {
            ps = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "ps(1) is not installed on this host", e);
        }
        ps.getOutputStream().close();
        byte[] output = ps.getInputStream().readNBytes(OUTPUT_BYTES_MAX);
        List<String> lines = new String(output, StandardCharsets.UTF_8).lines().toList();
        try {
            int status = ps.waitFor();
            if (status != 0) {
                throw SampanException.invalid(
                        "exit status " + status + ": " + String.join("\n", lines));
            }
        } catch (InterruptedException e) {
            ps.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        }
        return lines;
    }

    private void print(List<String> lines, List<Integer> pids) {
        if (lines.isEmpty()) {
            throw SampanException.invalid("couldn't find PID field in ps output");
        }
        int column = List.of(lines.getFirst().strip().split("\\s+", -1)).indexOf("PID");
        if (column < 0) {
            throw SampanException.invalid("couldn't find PID field in ps output");
        }
        context.out().println(lines.getFirst());
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > column
                    && fields[column].matches("[0-9]{1,9}")
                    && pids.contains(Integer.parseInt(fields[column]))) {
                context.out().println(line);
            }
        }
    }
}
