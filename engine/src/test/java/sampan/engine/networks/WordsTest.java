package sampan.engine.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;

/// How ports and networks are read and shown.
class WordsTest {
    @Test
    void port_wish_is_read_from_the_words_of_the_api() {
        assertThat(PortRequest.parse("80/tcp", "", "8080"))
                .isEqualTo(new PortRequest(Protocol.TCP, Optional.empty(), 8080, 8080, 80));
        assertThat(PortRequest.parse("53/UDP", "127.0.0.1", ""))
                .isEqualTo(
                        new PortRequest(
                                Protocol.UDP,
                                Optional.of(InetAddress.ofLiteral("127.0.0.1")),
                                0,
                                0,
                                53));
        assertThat(PortRequest.parse("80", "::1", "8000-8010"))
                .isEqualTo(
                        new PortRequest(
                                Protocol.TCP,
                                Optional.of(InetAddress.ofLiteral("::1")),
                                8000,
                                8010,
                                80));
        assertThat(PortRequest.parse("80", "", "0").anyPort()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0/tcp,'',80",
        "65536,'',80",
        "80/icmp,'',80",
        "x,'',80",
        "80,'',65536",
        "80,'',8010-8000",
        "80,'',0-10",
        "80,'',a",
        "80,localhost,80",
        "-1,'',80"
    })
    void senseless_port_wish_is_refused(String container, String address, String port) {
        assertThatThrownBy(() -> PortRequest.parse(container, address, port))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void mapping_is_shown_as_docker_shows_it() {
        PortMapping all = new PortMapping(Protocol.TCP, Optional.empty(), 8080, 80);
        assertThat(all.shownAddresses()).containsExactly("0.0.0.0", "::");
        assertThat(all.shownHost()).isEqualTo("0.0.0.0:8080");
        PortMapping six =
                new PortMapping(Protocol.UDP, Optional.of(InetAddress.ofLiteral("::1")), 53, 53);
        assertThat(six.shownAddresses()).containsExactly("::1");
        assertThat(six.shownHost()).isEqualTo("[::1]:53");
        assertThat(six.request()).isEqualTo(PortRequest.parse("53/udp", "::1", "53"));
        assertThat(
                        new PortMapping(
                                        Protocol.TCP,
                                        Optional.of(InetAddress.ofLiteral("2001:db8::5")),
                                        1,
                                        1)
                                .shownAddresses())
                .containsExactly("2001:db8::5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "1::",
                "2001:db8::5",
                "1:0:2:3:4:5:6:7",
                "1:0:0:2::3",
                "fe80::a:0:0:1",
                "10.0.0.1",
                "1:2:3:4:5:6:7:8"
            })
    void address_is_written_short(String text) {
        assertThat(AddressText.of(InetAddress.ofLiteral(text))).isEqualTo(text);
    }

    @Test
    void network_mode_is_read() {
        assertThat(NetworkChoice.parse("")).isEqualTo(new NetworkChoice.Named("bridge"));
        assertThat(NetworkChoice.parse("default")).isEqualTo(new NetworkChoice.Named("bridge"));
        assertThat(NetworkChoice.parse("bridge")).isEqualTo(new NetworkChoice.Named("bridge"));
        assertThat(NetworkChoice.parse("mine")).isEqualTo(new NetworkChoice.Named("mine"));
        assertThat(NetworkChoice.parse("host")).isEqualTo(new NetworkChoice.Host());
        assertThat(NetworkChoice.parse("none")).isEqualTo(new NetworkChoice.None());
        assertThat(NetworkChoice.parse("container:a"))
                .isEqualTo(new NetworkChoice.OfContainer("a"));
        assertThatThrownBy(() -> NetworkChoice.parse("container:"))
                .isInstanceOf(SampanException.class);
    }
}
