package sampan.api.call;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import sampan.http.ResponseBody;

/// The body of an answer that begins with its first byte: until then a failure still gets its own
/// status. [#close] ends the body; without it the client sees a cut one.
public final class LateBody extends OutputStream {
    private final Call call;
    private final String contentType;
    private Optional<ResponseBody> body = Optional.empty();

    public LateBody(Call call, String contentType) {
        this.call = call;
        this.contentType = contentType;
    }

    /// Begins the answer, if it has not begun.
    public ResponseBody body() {
        if (body.isEmpty()) {
            body = Optional.of(call.respond(200).header("Content-Type", contentType).stream());
        }
        return body.get();
    }

    public boolean begun() {
        return body.isPresent();
    }

    @Override
    public void write(int value) throws IOException {
        body().write(value);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        body().write(source, offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (begun()) {
            body().flush();
        }
    }

    @Override
    public void close() throws IOException {
        body().close();
    }
}
