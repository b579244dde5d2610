package sampan.engine.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;

class CidrTest {
    private static final Cidr NETWORK = Cidr.parse("172.29.0.0/16");

    @Test
    void text_goes_there_and_back() {
        assertThat(NETWORK).hasToString("172.29.0.0/16");
        assertThat(Cidr.parse("0.0.0.0/0").size()).isEqualTo(1L << 32);
        assertThat(Cidr.parse("255.255.255.255/32").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "172.29.0.0",
                "172.29.0.1/16",
                "172.29.0.0/33",
                "172.29.0/16",
                "1.2.3.400/8",
                "::/0",
                "a.b.c.d/8",
                "172.29.0.0/16 ",
                "0172.29.0.0/16"
            })
    void what_is_no_network_is_refused(String text) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("'");
    }

    @Test
    void addresses_are_counted_from_the_lowest() {
        assertThat(NETWORK.at(1)).isEqualTo(Cidr.address("172.29.0.1"));
        assertThat(NETWORK.at(65_535)).isEqualTo(Cidr.address("172.29.255.255"));
        assertThat(NETWORK.offset(Cidr.address("172.29.1.2"))).isEqualTo(258);
        assertThat(NETWORK.offset(Cidr.address("172.28.255.255"))).isEqualTo(-1);
        assertThat(Cidr.parse("255.0.0.0/8").offset(Cidr.address("255.0.0.9"))).isEqualTo(9);
    }

    @Test
    void networks_overlap_where_one_contains_the_other() {
        assertThat(NETWORK.overlaps(Cidr.parse("172.29.8.0/24"))).isTrue();
        assertThat(NETWORK.overlaps(Cidr.parse("172.16.0.0/12"))).isTrue();
        assertThat(NETWORK.overlaps(Cidr.parse("172.30.0.0/16"))).isFalse();
        assertThat(NETWORK.contains(Cidr.address("172.29.3.4"))).isTrue();
        assertThat(NETWORK.contains(Cidr.address("172.30.0.0"))).isFalse();
        assertThat(Cidr.around(Cidr.address("10.1.2.3"), 8)).hasToString("10.0.0.0/8");
    }

    @Test
    void default_subnet_avoids_what_the_host_knows() {
        assertThat(SubnetChoice.pick(List.of())).isEqualTo(NETWORK);
        assertThat(SubnetChoice.pick(List.of(Cidr.parse("172.29.7.0/24"))))
                .hasToString("172.31.0.0/16");
        assertThat(SubnetChoice.pick(List.of(Cidr.parse("172.24.0.0/13"))))
                .hasToString("172.23.0.0/16");
        assertThatThrownBy(() -> SubnetChoice.pick(List.of(Cidr.parse("172.16.0.0/12"))))
                .hasMessageContaining("172.16.0.0/12")
                .hasMessageContaining("--subnet");
    }
}
