package sampan.engine.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.engine.networks.HostFiles.Resolver;
import sampan.engine.networks.HostFiles.Self;
import sampan.errors.SampanException;

class HostFilesTest {
    private static final Optional<InetAddress> GATEWAY = address("172.29.0.1");
    private static final Self SELF = new Self("box", "", address("172.29.0.2"));

    @Test
    void hosts_has_loopback_extras_and_the_container_itself() {
        assertThat(
                        HostFiles.hosts(
                                SELF,
                                List.of(
                                        "db:10.0.0.5",
                                        "host.docker.internal:host-gateway",
                                        "s=[::2]"),
                                GATEWAY))
                .isEqualTo(
                        """
                        127.0.0.1\tlocalhost
                        ::1\tlocalhost ip6-localhost ip6-loopback
                        fe00::\tip6-localnet
                        ff00::\tip6-mcastprefix
                        ff02::1\tip6-allnodes
                        ff02::2\tip6-allrouters
                        10.0.0.5\tdb
                        172.29.0.1\thost.docker.internal
                        ::2\ts
                        172.29.0.2\tbox
                        """);
    }

    @Test
    void full_name_comes_first_and_no_endpoint_means_no_line() {
        assertThat(
                        HostFiles.hosts(
                                new Self("box", "example.org", address("172.29.0.2")),
                                List.of(),
                                GATEWAY))
                .endsWith("172.29.0.2\tbox.example.org box\n");
        assertThat(HostFiles.hosts(new Self("box", "", Optional.empty()), List.of(), GATEWAY))
                .endsWith("ip6-allrouters\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "name:",
                ":1.2.3.4",
                "name:nowhere",
                "na me:1.2.3.4",
                "n:1.2.3.4\nx"
            })
    void senseless_extra_host_is_refused(String entry) {
        assertThatThrownBy(() -> HostFiles.hosts(SELF, List.of(entry), GATEWAY))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("extra host");
    }

    @Test
    void host_gateway_needs_a_gateway() {
        assertThatThrownBy(() -> HostFiles.hosts(SELF, List.of("a:host-gateway"), Optional.empty()))
                .hasMessageContaining("host-gateway");
    }

    @Test
    void host_mode_keeps_the_hosts_file_and_adds() {
        assertThat(
                        HostFiles.hostsOfHost(
                                "127.0.0.1 localhost\n10.0.0.1 me", List.of("a:1.2.3.4"), GATEWAY))
                .isEqualTo("127.0.0.1 localhost\n10.0.0.1 me\n1.2.3.4\ta\n");
        assertThat(HostFiles.hostname("box")).isEqualTo("box\n");
    }

    @Test
    void servers_that_a_container_cannot_reach_are_left_out() {
        String host =
                """
                # comment
                ; other
                nameserver 127.0.0.1
                nameserver   10.0.0.53
                nameserver 2001:db8::53
                nameserver ::1
                nameserver fe80::1%eth0
                search example.org   sub.example.org
                options ndots:2 timeout:1
                """;
        assertThat(HostFiles.resolvConf(host, Resolver.OF_HOST, false))
                .isEqualTo(
                        """
                        nameserver 10.0.0.53
                        search example.org sub.example.org
                        options ndots:2 timeout:1
                        """);
        assertThat(HostFiles.resolvConf(host, Resolver.OF_HOST, true))
                .startsWith(
                        "nameserver 10.0.0.53\nnameserver 2001:db8::53\nnameserver fe80::1%eth0\n");
    }

    @Test
    void public_servers_take_the_place_of_none() {
        assertThat(HostFiles.resolvConf("nameserver 127.0.0.1\n", Resolver.OF_HOST, false))
                .isEqualTo("nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
        assertThat(HostFiles.resolvConf("", Resolver.OF_HOST, false)).startsWith("nameserver 8.");
    }

    @Test
    void wishes_replace_what_the_host_has_each_for_itself() {
        String host = "nameserver 10.0.0.53\nsearch a b\noptions x\n";
        assertThat(
                        HostFiles.resolvConf(
                                host,
                                new Resolver(List.of("1.1.1.1", "127.0.0.9"), List.of(), List.of()),
                                false))
                .isEqualTo("nameserver 1.1.1.1\nnameserver 127.0.0.9\nsearch a b\noptions x\n");
        assertThat(
                        HostFiles.resolvConf(
                                host, new Resolver(List.of(), List.of("."), List.of("y")), false))
                .isEqualTo("nameserver 10.0.0.53\noptions y\n");
        assertThatThrownBy(() ->
                        HostFiles.resolvConf(
                                host,
                                new Resolver(List.of("dns.host"), List.of(), List.of()),
                                false))
                .hasMessageContaining("dns server 'dns.host'");
    }

    @Test
    void host_mode_keeps_the_resolver_of_the_host() {
        String host = "# mine\nnameserver 127.0.0.53\n";
        assertThat(HostFiles.resolvConfOfHost(host, Resolver.OF_HOST)).isEqualTo(host);
        assertThat(
                        HostFiles.resolvConfOfHost(
                                host, new Resolver(List.of(), List.of("x"), List.of())))
                .isEqualTo("nameserver 127.0.0.53\nsearch x\n");
    }

    @Test
    void stub_of_systemd_is_recognized() {
        assertThat(HostFiles.namesStubOnly("nameserver 127.0.0.53\noptions edns0\n")).isTrue();
        assertThat(HostFiles.namesStubOnly("nameserver 127.0.0.53\nnameserver 1.1.1.1\n"))
                .isFalse();
        assertThat(HostFiles.namesStubOnly("")).isFalse();
    }

    @Test
    void endless_file_of_the_host_is_refused() {
        String endless = "x".repeat(HostFiles.LIMIT_CHARS + 1);
        assertThatThrownBy(() -> HostFiles.resolvConf(endless, Resolver.OF_HOST, false))
                .hasMessageContaining("/etc/resolv.conf");
        assertThatThrownBy(() -> HostFiles.hostsOfHost(endless, List.of(), GATEWAY))
                .hasMessageContaining("/etc/hosts");
    }

    private static Optional<InetAddress> address(String text) {
        return Optional.of(InetAddress.ofLiteral(text));
    }
}
