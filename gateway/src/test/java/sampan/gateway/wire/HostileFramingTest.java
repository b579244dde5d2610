package sampan.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.linux.net.Memory;

class HostileFramingTest {
    private final RequestHead head = new RequestHead();
    private final BodyFraming body = new BodyFraming();

    static List<HostileRequests.Case> cases() {
        return HostileRequests.all();
    }

    @Test
    void thereAreEnough() {
        assertThat(cases().stream().filter(c -> c.status() != 0)).hasSizeGreaterThan(80);
        assertThat(cases().stream().map(HostileRequests.Case::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isAnsweredAsDeclared(HostileRequests.Case request) {
        assertThat(read(request.raw(), Integer.MAX_VALUE).status()).isEqualTo(request.status());
    }

    /// How the bytes are cut on their way must not change what they mean.
    @ParameterizedTest
    @MethodSource("cases")
    void isAnsweredSoOctetByOctet(HostileRequests.Case request) {
        assertThat(read(request.raw(), 1).status()).isEqualTo(request.status());
    }

    private Refusal read(String raw, int step) {
        byte[] bytes = Octets.ascii(raw);
        try (Arena arena = Arena.ofConfined()) {
            long base = Memory.allocate(arena, bytes.length + 8);
            Memory.copy(bytes, base);
            int end = Head.findEnd(base, 0, bytes.length);
            assertThat(end).isPositive();
            Refusal refusal = head.read(base, 0, end);
            if (refusal != Refusal.NONE || !head.isChunked()) {
                return refusal;
            }
            body.chunked();
            long at = base + end;
            long to = base + bytes.length;
            while (at < to && !body.isDone()) {
                long next = Math.min(to, at + (long) step);
                if (body.pass(at, next) < 0) {
                    return body.refusal();
                }
                at = next;
            }
            assertThat(body.isDone()).isTrue();
            return Refusal.NONE;
        }
    }
}
