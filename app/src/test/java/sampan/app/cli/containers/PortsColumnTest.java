package sampan.app.cli.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sampan.engine.containers.NetworkSpec.PortBinding;

class PortsColumnTest {
    private static List<PortBinding> at(String address, int port) {
        return List.of(new PortBinding(address, Integer.toString(port)));
    }

    @Test
    void neighboursThatAreOnlyExposedAreOneRange() {
        assertThat(
                        PortsColumn.text(
                                Map.of(
                                        "9000/tcp", List.of(),
                                        "9001/tcp", List.of(),
                                        "9003/tcp", List.of(),
                                        "9002/udp", List.of())))
                .isEqualTo("9000-9001/tcp, 9003/tcp, 9002/udp");
    }

    @Test
    void neighboursUnderTheirOwnNumbersAreOneRangeForEachAddress() {
        assertThat(
                        PortsColumn.text(
                                Map.of(
                                        "80/tcp", at("127.0.0.1", 80),
                                        "81/tcp", at("127.0.0.1", 81),
                                        "82/tcp", at("", 82),
                                        "83/tcp", at("::1", 83))))
                .isEqualTo("127.0.0.1:80-81->80-81/tcp, 0.0.0.0:82->82/tcp, [::1]:83->83/tcp");
    }

    @Test
    void portsUnderOtherNumbersComeLastAndOneByOne() {
        assertThat(
                        PortsColumn.text(
                                Map.of(
                                        "80/tcp", at("", 8080),
                                        "81/tcp", at("", 8081),
                                        "90/tcp", List.of())))
                .isEqualTo("90/tcp, 0.0.0.0:8080->80/tcp, 0.0.0.0:8081->81/tcp");
    }
}
