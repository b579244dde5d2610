package sampan.app.cli.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import sampan.app.cli.Style;
import sampan.engine.images.layers.LayerChanges;
import sampan.engine.images.layers.LayerChanges.Change;
import sampan.engine.images.layers.LayerChanges.Kind;
import sampan.engine.images.layers.LayerChanges.OneLayer;

class LayerBrowserTest {
    private static final Style PLAIN = new Style(false);
    private static final String UP = "\u001b[A";
    private static final String DOWN = "\u001b[B";
    private static final String LEFT = "\u001b[D";

    private final LayerBrowser browser =
            new LayerBrowser(
                    "x:1",
                    new LayerChanges(
                            List.of(
                                    layer(
                                            "FROM base",
                                            new Change(Kind.ADDED, "etc", true, 0),
                                            new Change(Kind.ADDED, "etc/hosts", false, 10),
                                            new Change(Kind.ADDED, "usr/bin/sh", false, 990)),
                                    layer(
                                            "RUN rm",
                                            new Change(Kind.CHANGED, "etc/hosts", false, 20),
                                            new Change(Kind.REMOVED, "usr/bin/sh", false, 990))),
                            1020,
                            1000));

    private static OneLayer layer(String createdBy, Change... changes) {
        return new OneLayer("sha256:" + "0".repeat(64), createdBy, List.of(changes), 1000, 0);
    }

    private boolean type(String keys) {
        return Key.decode(keys.getBytes(StandardCharsets.UTF_8)).stream().allMatch(browser::press);
    }

    private String screen() {
        List<String> lines = browser.lines(12, 100, PLAIN);
        assertThat(lines).hasSize(12);
        return String.join("\n", lines);
    }

    @Test
    void showsTheFilesOfTheChosenLayer() {
        assertThat(screen())
                .contains("x:1: 2 layers", "wasted 1kB", "FROM base", "RUN rm")
                .containsPattern("A +1kB {2}usr/|  +990B {2}usr/")
                .containsPattern("A +10B {4}hosts");
        type(DOWN);
        assertThat(screen()).containsPattern("C +20B {4}hosts").containsPattern("D +990B {6}sh");
        type(UP);
        assertThat(screen()).containsPattern("A +10B {4}hosts");
    }

    @Test
    void foldsAndUnfoldsDirectories() {
        type("\t\r");
        assertThat(screen()).contains("etc/ ...").doesNotContain("hosts");
        type("\r");
        assertThat(screen()).contains("hosts");
        type("[");
        assertThat(screen()).contains("etc/ ...", "usr/ ...").doesNotContain("bin");
        type("]");
        assertThat(screen()).contains("bin/", "hosts");
    }

    @Test
    void leftGoesToTheDirectoryAndThenToTheLayers() {
        type("\t" + DOWN + LEFT + LEFT);
        assertThat(screen()).contains("etc/ ...");
        type(LEFT + DOWN);
        assertThat(screen()).containsPattern("C +20B {4}hosts");
    }

    @Test
    void filtersByAPartOfThePath() {
        type("/BIN/s");
        assertThat(screen()).contains("sh", "usr/", "filter: BIN/s_").doesNotContain("hosts");
        type("q\r");
        assertThat(screen()).contains("nothing matches");
        type("\u001b");
        assertThat(screen()).contains("hosts");
    }

    @Test
    void endsByTheKeyButNotWhileAFilterIsTyped() {
        assertThat(type("/q")).isTrue();
        assertThat(type("\r")).isTrue();
        assertThat(type("q")).isFalse();
        assertThat(type("\u0003")).isFalse();
    }

    @Test
    void aNarrowTerminalShowsOnePane() {
        assertThat(String.join("\n", browser.lines(5, 30, PLAIN))).contains("FROM base");
        type("\t");
        assertThat(browser.lines(5, 30, PLAIN))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line.replaceAll("\u001b\\[\\d?m", "")).hasSize(30));
    }

    @Test
    void anImageWithoutLayersIsShown() {
        LayerBrowser none = new LayerBrowser("none", new LayerChanges(List.of(), 0, 0));
        for (Key.Kind kind : Key.Kind.values()) {
            none.press(new Key(kind, "x"));
        }
        assertThat(none.lines(1, 1, PLAIN)).isNotEmpty();
    }

    @Test
    void namesDoNotReachTheTerminalAsOrders() {
        LayerBrowser hostile =
                new LayerBrowser(
                        "x",
                        new LayerChanges(
                                List.of(
                                        layer(
                                                "RUN \u001b]0;x\u0007",
                                                new Change(Kind.ADDED, "\u001b[2Jx", false, 1))),
                                1,
                                0));
        String screen = String.join("\n", hostile.lines(5, 100, PLAIN));
        assertThat(screen).contains("RUN ?]0;x?", "?[2Jx").doesNotContain("\u001b[2J", "\u0007");
    }

    @Test
    void wideCharactersTakeTwoColumns() {
        assertThat(Columns.fit("日本語", 5)).isEqualTo("日本 ");
        assertThat(Columns.fit("e\u0301x", 1)).isEqualTo("e\u0301");
    }

    @Test
    void unknownSequencesAreNoKeys() {
        assertThat(Key.decode("\u001b[1;5Pq".getBytes(StandardCharsets.UTF_8)))
                .containsExactly(new Key(Key.Kind.TEXT, "q"));
        assertThat(Key.decode("\u001b[".getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(Key.decode("\u001b[5~\u001bOA".getBytes(StandardCharsets.UTF_8)))
                .containsExactly(Key.of(Key.Kind.PAGE_UP), Key.of(Key.Kind.UP));
    }
}
