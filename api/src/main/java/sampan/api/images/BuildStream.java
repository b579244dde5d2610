package sampan.api.images;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import sampan.api.call.Call;
import sampan.api.call.LateBody;
import sampan.api.wire.Doc;
import sampan.engine.services.BuildFailure;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildService.Built;
import sampan.errors.SampanException;

/// A build as lines of JSON, in the words of Docker's classic builder. Once a line was sent, a
/// client that goes away ends the build.
final class BuildStream implements BuildListener {
    private static final int BRIEF = 12;
    private static final int HELD_CHARS_MAX = 1 << 20;

    private final Call call;
    private final LateBody body;
    private final boolean quiet;
    private final StringBuilder held = new StringBuilder();
    private final Thread builder = Thread.currentThread();
    private final Words out = new Words("", "");
    private final Words error = new Words("\u001b[91m", "\u001b[0m");
    private boolean watched;

    BuildStream(Call call, LateBody body, boolean quiet) {
        this.call = call;
        this.body = body;
        this.quiet = quiet;
    }

    @Override
    public void on(BuildEvent event) {
        if (!watched) {
            // The context was read by now.
            watched = true;
            call.exchange().onClientGone(builder::interrupt);
        }
        say(
                switch (event) {
                    case BuildEvent.Step step ->
                            "Step "
                                    + step.number()
                                    + "/"
                                    + step.total()
                                    + " : "
                                    + step.text()
                                    + "\n";
                    case BuildEvent.Cached() -> " ---> Using cache\n";
                    case BuildEvent.Missed _ -> "";
                    case BuildEvent.Running(String id) -> " ---> Running in " + brief(id) + "\n";
                    case BuildEvent.Output(byte[] bytes, boolean isError) ->
                            (isError ? error : out).decoded(bytes);
                    case BuildEvent.Removed(String id) ->
                            " ---> Removed intermediate container " + brief(id) + "\n";
                    case BuildEvent.Triggers triggers ->
                            "# Executing "
                                    + triggers.triggers().size()
                                    + " build trigger"
                                    + (triggers.triggers().size() == 1 ? "" : "s")
                                    + "\n";
                    case BuildEvent.Done(String id) ->
                            id.isEmpty() ? " ---> \n" : " ---> " + brief(id) + "\n";
                    case BuildEvent.Warning(String text) -> "[Warning] " + text + "\n";
                });
    }

    @Override
    public boolean apart() {
        return true;
    }

    private static String brief(String id) {
        String hex = id.substring(id.indexOf(':') + 1);
        return hex.substring(0, Math.min(BRIEF, hex.length()));
    }

    /// One stream of a step; standard error is red, as Docker has it.
    private static final class Words {
        private final String before;
        private final String after;
        private final CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private ByteBuffer split = ByteBuffer.allocate(0);

        Words(String before, String after) {
            this.before = before;
            this.after = after;
        }

        // A character may be cut by the end of a piece: its bytes wait for the next.
        String decoded(byte[] bytes) {
            ByteBuffer all = ByteBuffer.allocate(split.remaining() + bytes.length);
            all.put(split).put(bytes).flip();
            CharBuffer text = CharBuffer.allocate(all.remaining() + 1);
            decoder.reset();
            decoder.decode(all, text, false);
            split = all.slice();
            String words = text.flip().toString();
            return words.isEmpty() ? "" : before + words + after;
        }
    }

    private void say(String text) {
        if (text.isEmpty()) {
            return;
        }
        if (!quiet) {
            stream(text);
        } else if (held.length() < HELD_CHARS_MAX) {
            held.append(text);
        }
    }

    private void stream(String text) {
        line(Doc.of().put("stream", text));
    }

    private void line(Doc doc) {
        try {
            body.write(Call.line(doc));
            body.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void succeeded(Built built) {
        if (quiet) {
            stream(built.id() + "\n");
            return;
        }
        line(Doc.of().put("aux", Doc.of().put("ID", built.id())));
        stream("Successfully built " + brief(built.id()) + "\n");
        built.tags().forEach(tag -> stream("Successfully tagged " + tag + "\n"));
    }

    /// Once a line was sent, the status cannot tell: the failure becomes the last line.
    void failOrThrow(SampanException e) {
        if (!watched) {
            throw e;
        }
        if (!held.isEmpty()) {
            stream(held.toString());
        }
        Doc detail = Doc.of();
        if (e instanceof BuildFailure failure) {
            detail.put("code", failure.exitCode());
        }
        line(
                Doc.of()
                        .put("errorDetail", detail.put("message", e.getMessage()))
                        .put("error", e.getMessage()));
    }

    void close() throws IOException {
        body.close();
    }
}
