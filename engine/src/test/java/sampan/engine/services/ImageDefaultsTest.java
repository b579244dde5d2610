package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.testing.Specs;

class ImageDefaultsTest {
    private static final ImageConfig IMAGE =
            new ImageConfig(
                    "ann",
                    List.of("80"),
                    List.of("A=image", "B=image"),
                    List.of("/entry"),
                    List.of("default"),
                    List.of("/data"),
                    "/work",
                    Map.of("l", "image", "m", "image"),
                    "SIGQUIT",
                    List.of(),
                    List.of(),
                    false,
                    Optional.empty());

    private static List<String> program(Specs specs) {
        var process = ImageDefaults.merge(specs.spec(), IMAGE).process();
        java.util.ArrayList<String> all =
                new java.util.ArrayList<>(process.entrypoint().orElseThrow());
        all.addAll(process.command().orElseThrow());
        return all;
    }

    @Test
    void callerWins() {
        Specs specs = new Specs();
        specs.env = List.of("A=own");
        specs.labels = Map.of("l", "own");
        specs.user = "bob";
        ContainerSpec merged = ImageDefaults.merge(specs.spec(), IMAGE);
        assertThat(merged.process().env()).containsExactly("A=own", "B=image");
        assertThat(merged.labels()).containsEntry("l", "own").containsEntry("m", "image");
        assertThat(merged.process().user()).isEqualTo("bob");
        assertThat(merged.process().workingDir()).isEqualTo("/work");
        assertThat(merged.lifecycle().stopSignal()).isEqualTo("SIGQUIT");
        assertThat(merged.network().exposedPorts()).containsExactly("80/tcp");
        assertThat(merged.storage().anonymousVolumes()).containsExactly("/data");
    }

    @Test
    void entrypointAndCommandFollowDockersTable() {
        assertThat(program(new Specs())).containsExactly("/entry", "default");
        assertThat(program(Specs.run("x"))).containsExactly("/entry", "x");
        Specs entry = new Specs();
        entry.entrypoint = Optional.of(List.of("/own"));
        assertThat(program(entry)).containsExactly("/own");
        Specs cleared = Specs.run("x");
        cleared.entrypoint = Optional.of(List.of(""));
        assertThat(program(cleared)).containsExactly("x");
    }

    @Test
    void somethingHasToRun() {
        Specs specs = new Specs();
        specs.entrypoint = Optional.of(List.of(""));
        assertThatThrownBy(() -> ImageDefaults.merge(specs.spec(), IMAGE))
                .hasMessage("no command specified");
    }
}
