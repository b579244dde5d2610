package sampan.engine.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

class NetworkCatalogTest {
    private static final Network.Bridged SETTINGS = bridged("172.29.0.0/16");

    @TempDir Path root;

    @Test
    void three_networks_are_there_and_keep_their_ids_across_restarts() {
        NetworkCatalog first = catalog(SETTINGS);
        assertThat(first.list())
                .extracting(Network::name)
                .containsExactly("bridge", "host", "none");
        assertThat(first.list())
                .extracting(Network::driver)
                .containsExactly("bridge", "host", "null");
        assertThat(catalog(SETTINGS).list()).isEqualTo(first.list());
        assertThat(NetworkCatalog.storedDefault(new NetworkFiles(root))).contains(SETTINGS);
    }

    @Test
    void new_settings_replace_the_stored_ones_under_the_same_id() {
        String id = catalog(SETTINGS).defaultNetwork().id();
        Network.Bridged other = bridged("10.9.0.0/24");
        assertThat(catalog(other).defaultNetwork())
                .satisfies(network -> {
                    assertThat(network.id()).isEqualTo(id);
                    assertThat(network.bridged()).contains(other);
                });
        assertThat(NetworkCatalog.storedDefault(new NetworkFiles(root))).contains(other);
    }

    @Test
    void network_is_found_by_name_id_and_beginning() {
        NetworkCatalog catalog = catalog(SETTINGS);
        Network bridge = catalog.defaultNetwork();
        assertThat(catalog.find(bridge.id())).isEqualTo(bridge);
        assertThat(catalog.find(bridge.id().substring(0, 12))).isEqualTo(bridge);
        assertThatThrownBy(() -> catalog.find("nowhere"))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
                .hasMessage("network nowhere not found");
        assertThatThrownBy(() -> catalog.find("")).hasMessageContaining("not found");
    }

    @Test
    void creating_and_removing_are_refused_clearly() {
        NetworkCatalog catalog = catalog(SETTINGS);
        assertThatThrownBy(() -> catalog.create("mine"))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining("mine");
        assertThatThrownBy(() -> catalog.remove("host"))
                .hasMessage("host is a pre-defined network and cannot be removed");
    }

    @Test
    void broken_file_is_told_and_a_deleted_one_is_forgotten() throws Exception {
        NetworkFiles files = new NetworkFiles(root);
        Network bridge = catalog(SETTINGS).defaultNetwork();
        files.delete(bridge.id());
        files.delete(bridge.id());
        assertThat(files.load()).extracting(Network::name).containsOnly("host", "none");
        Files.writeString(root.resolve("x.json"), "{");
        assertThatThrownBy(files::load).isInstanceOf(SampanException.class);
    }

    private NetworkCatalog catalog(Network.Bridged settings) {
        return new NetworkCatalog(new NetworkFiles(root), settings);
    }

    private static Network.Bridged bridged(String subnet) {
        Cidr cidr = Cidr.parse(subnet);
        return new Network.Bridged("sampan0", cidr, cidr.at(1), 1500);
    }
}
