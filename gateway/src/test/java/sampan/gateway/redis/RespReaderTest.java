package sampan.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.gateway.redis.RespReader.Failure;
import sampan.gateway.redis.RespReader.Nothing;
import sampan.gateway.redis.RespReader.Replies;
import sampan.gateway.redis.RespReader.Reply;
import sampan.gateway.redis.RespReader.Status;
import sampan.gateway.redis.RespReader.Text;
import sampan.gateway.redis.RespReader.Whole;

class RespReaderTest {
    private static Reply read(String text) throws IOException {
        return new RespReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))
                .read();
    }

    @Test
    void repliesOfAllKinds() throws IOException {
        assertThat(read("+OK\r\n")).isEqualTo(new Status("OK"));
        assertThat(read("-ERR no\r\n")).isEqualTo(new Failure("ERR no"));
        assertThat(read(":-12\r\n")).isEqualTo(new Whole(-12));
        assertThat(read("$4\r\na\r\nb\r\n")).isEqualTo(new Text("a\r\nb"));
        assertThat(read("$-1\r\n")).isEqualTo(new Nothing());
        assertThat(read("*-1\r\n")).isEqualTo(new Nothing());
        assertThat(read("*2\r\n:1\r\n*1\r\n+x\r\n"))
                .isEqualTo(
                        new Replies(List.of(new Whole(1), new Replies(List.of(new Status("x"))))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+OK",
                "+OK\n",
                "+O\rK\r\n",
                "HTTP/1.1 400 Bad Request\r\n",
                ":1x\r\n",
                ":99999999999999999999\r\n",
                "$-2\r\n",
                "$65537\r\n",
                "$4\r\nabc\r\n",
                "$2\r\nabc\r\n",
                "*1025\r\n",
                "*1\r\n",
                "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
            })
    void whatIsNoReplyEndsTheConnection(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @Test
    void aLineIsBounded() {
        assertThatThrownBy(() -> read("+" + "x".repeat(5000) + "\r\n"))
                .hasMessageContaining("over 4096 octets");
    }
}
