package sampan.engine.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

class IpamTest {
    private final Ipam small = ipam("10.0.0.0/29", "10.0.0.1");

    @Test
    void every_address_is_given_once_and_never_the_ends_or_the_gateway() {
        Set<Inet4Address> given = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            given.add(small.allocate());
        }
        assertThat(given)
                .extracting(Inet4Address::getHostAddress)
                .containsExactlyInAnyOrder(
                        "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
        assertThat(small.inUse()).isEqualTo(5);
        assertThatThrownBy(small::allocate)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("10.0.0.0/29");
    }

    @Test
    void released_address_rests_until_the_others_were_given() {
        Inet4Address first = small.allocate();
        small.release(first);
        assertThat(small.allocate()).isEqualTo(Cidr.address("10.0.0.3"));
        for (int i = 0; i < 3; i++) {
            small.allocate();
        }
        assertThat(small.allocate()).isEqualTo(first);
    }

    @Test
    void reserved_address_is_not_given_and_not_reserved_twice() {
        small.reserve(Cidr.address("10.0.0.4"));
        assertThat(small.allocate()).isEqualTo(Cidr.address("10.0.0.5"));
        assertThatThrownBy(() -> small.reserve(Cidr.address("10.0.0.4")))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining("10.0.0.4");
        assertThatThrownBy(() -> small.reserve(Cidr.address("10.0.0.1")))
                .hasMessageContaining("already in use");
        assertThatThrownBy(() -> small.reserve(Cidr.address("10.0.1.4")))
                .hasMessageContaining("not in subnet");
    }

    @Test
    void what_was_not_given_cannot_be_released() {
        assertThatThrownBy(() -> small.release(Cidr.address("10.0.0.2")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> small.release(Cidr.address("10.9.0.2")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void limits_of_the_subnet_are_checked() {
        assertThatThrownBy(() -> ipam("10.0.0.0/31", "10.0.0.1")).hasMessageContaining("8 to 30");
        assertThatThrownBy(() -> ipam("0.0.0.0/7", "0.0.0.1")).hasMessageContaining("8 to 30");
        assertThatThrownBy(() -> ipam("10.0.0.0/24", "10.0.0.255")).hasMessageContaining("gateway");
        assertThatThrownBy(() -> ipam("10.0.0.0/24", "10.0.1.1")).hasMessageContaining("gateway");
        assertThat(ipam("10.0.0.0/30", "10.0.0.1").allocate()).isEqualTo(Cidr.address("10.0.0.2"));
    }

    private static Ipam ipam(String subnet, String gateway) {
        return new Ipam(Cidr.parse(subnet), Cidr.address(gateway));
    }
}
