package sampan.gateway.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.SampanException;
import sampan.gateway.config.ConfigReader;

/// When certificates are ordered, and what is kept of them; AcmeTest of module `tests` orders some.
class KeeperTest {
    private static final String TOP =
            "listeners: [{address: \"127.0.0.1:0\", tls: {acme: [a.example]}}]\n";

    @TempDir Path directory;

    @Test
    void triesAreEverLaterUpToABound() {
        assertThat(Keeper.pause(1, 0)).isEqualTo(Duration.ofMinutes(1));
        assertThat(Keeper.pause(2, 0)).isEqualTo(Duration.ofMinutes(4));
        assertThat(Keeper.pause(3, 0.5)).isEqualTo(Duration.ofMinutes(18));
        assertThat(Keeper.pause(100, 0)).isEqualTo(Duration.ofHours(6));
        assertThat(Keeper.pause(Integer.MAX_VALUE, 1)).isLessThan(Duration.ofHours(8));
    }

    @Test
    void anAccountsKeyIsReadAsItWasWritten() throws Exception {
        KeyPair made = new CertificateStore(directory).account();
        KeyPair read = new CertificateStore(directory).account();
        assertThat(read.getPublic()).isEqualTo(made.getPublic());
        assertThat(read.getPrivate().getEncoded()).isEqualTo(made.getPrivate().getEncoded());
        Files.writeString(directory.resolve("account.key"), "nothing");
        assertThatThrownBy(() -> new CertificateStore(directory).account())
                .hasMessageContaining("account.key is no key of ours");
    }

    @Test
    void aPlaceholderIsDueAtOnceAndNotMadeTwice() throws Exception {
        CertificateStore store = new CertificateStore(directory);
        Path file = directory.resolve("a.example.pem");
        store.placeholder(file);
        byte[] first = Files.readAllBytes(file);
        store.placeholder(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
        assertThat(store.due(file, List.of("a.example"))).isEqualTo(Instant.EPOCH);
        assertThat(store.due(directory.resolve("none.pem"), List.of("a"))).isEqualTo(Instant.EPOCH);
    }

    @Test
    void oneAtATimeOrders() throws Exception {
        CertificateStore store = new CertificateStore(directory);
        var held = store.lock().orElseThrow();
        assertThat(store.lock()).isEmpty();
        held.acquiredBy().close();
        try (var again = store.lock().orElseThrow().acquiredBy()) {
            assertThat(again.isOpen()).isTrue();
        }
    }

    @Test
    void tokensThatAreNoneGoIntoNoRoute() {
        Challenges challenges = new Challenges();
        assertThatThrownBy(() -> challenges.offer("a.example", "x\"}", "y"))
                .isInstanceOf(SampanException.class);
        assertThat(challenges.routes()).isEmpty();
    }

    @Test
    void whatIsWrongIsNamed() {
        refused(TOP, "tls.acme[0].names \"a.example\": write a section acme");
        refused(
                TOP + "acme: {server: letsencrypt, directory: d}",
                "agreeToTerms: write true once you agree");
        refused(
                TOP + "acme: {server: \"http://a/dir\", directory: d, agreeToTerms: true}",
                "acme.server \"http://a/dir\": write an address with https://");
        refused(
                TOP
                        + "acme: {server: letsencrypt, directory: d, agreeToTerms: true,"
                        + " challenge: dns-01}",
                "acme.challenge \"dns-01\": write http-01 or tls-alpn-01");
        refused(
                TOP.replace("a.example", "\"*.example\"")
                        + "acme: {server: letsencrypt, directory: d, agreeToTerms: true}",
                "cannot be proved so");
    }

    private static void refused(String text, String words) {
        assertThatThrownBy(() -> ConfigReader.read("x", text))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(words);
    }
}
