package sampan.http;

import java.nio.charset.StandardCharsets;

/// How a listener words its refusals.
public interface Refusal {
    /// Media type of [#body].
    String contentType();

    /// @param status 400 to 599
    byte[] body(int status, String message);

    /// One line of plain text.
    static Refusal plain() {
        return new Refusal() {
            @Override
            public String contentType() {
                return "text/plain; charset=utf-8";
            }

            @Override
            public byte[] body(int status, String message) {
                return (message + "\n").getBytes(StandardCharsets.UTF_8);
            }
        };
    }
}
