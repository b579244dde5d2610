package sampan.app.cli.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sampan.app.session.Caller;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;

/// Small programs that the client runs in the caller's name: a text in, a text out.
final class Programs {
    /// As much as a pipe holds without a reader.
    private static final int INPUT_BYTES_MAX = 60 << 10;

    private static final int OUTPUT_BYTES_MAX = 64 << 10;
    private static final int SECONDS_MAX = 60;

    private Programs() {}

    /// @param output the start of what it wrote, without the blanks around
    record Ran(int status, String output) {}

    /// Its standard error is the caller's.
    static Ran run(Caller caller, List<String> command, String input) throws IOException {
        byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > INPUT_BYTES_MAX) {
            throw new IOException(
                    "more than " + INPUT_BYTES_MAX + " bytes for " + command.getFirst());
        }
        try (FileIo.Pipe in = FileIo.pipe2(0);
                FileIo.Pipe out = FileIo.pipe2(0)) {
            FileIo.writeFully(in.writeEnd(), bytes);
            in.writeEnd().close();
            CompletableFuture<Integer> ended =
                    caller.run(command, List.of(in.readEnd(), out.writeEnd(), caller.stderr()));
            out.writeEnd().close();
            in.readEnd().close();
            // Whoever writes more loses its reader, and ends.
            String output = read(out.readEnd());
            out.readEnd().close();
            return new Ran(ended.get(SECONDS_MAX, TimeUnit.SECONDS), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        } catch (TimeoutException e) {
            throw new IOException(
                    command.getFirst() + " did not end within " + SECONDS_MAX + " s", e);
        }
    }

    private static String read(Fd end) {
        byte[] all = new byte[OUTPUT_BYTES_MAX];
        int size = 0;
        int got;
        do {
            got = FileIo.read(end, all, size, all.length - size);
            size += Math.max(0, got);
        } while (got > 0 && size < all.length);
        return new String(all, 0, size, StandardCharsets.UTF_8).strip();
    }
}
