package sampan.app.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.errors.SampanException;

/// What the client sends first: struct cli_request and its text.
record Request(
        int flags,
        int rows,
        int columns,
        String workingDirectory,
        List<String> arguments,
        Map<String, String> environment) {

    static final int HEAD_BYTES = 32;
    static final int TTY_IN = 1;
    static final int TTY_OUT = 2;
    static final int TTY_ERR = 4;

    private static final int MAGIC = 0x314c4353;
    private static final int VERSION = 1;
    private static final int TEXT_BYTES_MAX = 2 << 20;

    /// The head as numbers, before its text was read.
    record Head(int size, int flags, int argumentCount, int variableCount, int rows, int columns) {}

    static Head head(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != MAGIC || in.getInt() != VERSION) {
            throw SampanException.invalid("the client speaks another protocol");
        }
        Head head =
                new Head(
                        in.getInt(),
                        in.getInt(),
                        in.getInt(),
                        in.getInt(),
                        in.getShort() & 0xffff,
                        in.getShort() & 0xffff);
        if (head.size < 0 || head.size > TEXT_BYTES_MAX) {
            throw SampanException.invalid("arguments and environment are longer than 2 MiB");
        }
        return head;
    }

    static Request of(Head head, byte[] text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == 0) {
                words.add(new String(text, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        if (words.size() != 1 + head.argumentCount + head.variableCount || head.argumentCount < 1) {
            throw SampanException.invalid("the client's request does not add up");
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : words.subList(1 + head.argumentCount, words.size())) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                environment.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return new Request(
                head.flags,
                head.rows,
                head.columns,
                words.getFirst(),
                List.copyOf(words.subList(1, 1 + head.argumentCount)),
                environment);
    }

    boolean terminal(int flag) {
        return (flags & flag) != 0;
    }
}
