package sampan.engine.build.execute;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import sampan.engine.build.plan.ScanScope;
import sampan.engine.images.ConfigEdits;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ImageViews;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.ImageDocument.RootFs;
import sampan.oci.image.ImageDocument.Step;
import sampan.oci.image.Platform;
import sampan.oci.json.Json;

/// A stage as far as it is built: config, layers, history, arguments in scope. Used by the stage's
/// thread; read by others when the stage is done.
final class StageState {
    static final String SCRATCH = "scratch";
    private static final String ALGORITHM = Digest.SHA256 + ":";

    final char escape;
    final Platform platform;
    final ConfigEdits config;
    final Map<String, String> arguments;
    private final List<BuiltLayer> layers;
    private final List<Step> history;
    private Optional<Digest> parent;
    private String author;
    private String key;
    private String chainKey = SCRATCH;
    private Instant created;

    private StageState(Start start, char escape) {
        this.escape = escape;
        this.platform = start.platform();
        this.config = new ConfigEdits(start.config(), escape);
        this.arguments = new LinkedHashMap<>(start.arguments());
        this.layers = new ArrayList<>();
        this.history = new ArrayList<>(start.history());
        this.parent = start.parent();
        this.author = start.author();
        this.key = start.key();
        this.created = start.created();
        start.layers().forEach(this::stack);
    }

    /// What a stage begins with.
    ///
    /// @param parent the stored image it stands on
    /// @param arguments in scope: those of the stage it stands on
    /// @param key tells two beginnings apart
    record Start(
            Platform platform,
            ImageConfig config,
            Map<String, String> arguments,
            List<BuiltLayer> layers,
            List<Step> history,
            Optional<Digest> parent,
            String author,
            String key,
            Instant created) {
        static Start scratch(Platform platform) {
            return new Start(
                    platform,
                    ImageConfig.SCRATCH,
                    Map.of(),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    "",
                    SCRATCH,
                    Instant.EPOCH);
        }
    }

    static StageState begin(Start start, char escape) {
        return new StageState(start, escape);
    }

    /// What another stage that stands on this one begins with.
    Start asStart() {
        return new Start(
                platform,
                config.result(),
                new LinkedHashMap<>(arguments),
                List.copyOf(layers),
                List.copyOf(history),
                parent,
                author,
                key,
                created);
    }

    /// A variable of the stage: the environment goes before the arguments.
    Optional<String> variable(String name) {
        return config.variable(name).or(() -> Optional.ofNullable(arguments.get(name)));
    }

    Chain chain() {
        return new Chain(layers.stream().map(BuiltLayer::diffId).toList());
    }

    Base.Layers base() {
        return new Base.Layers(chain());
    }

    /// Tells stacks of layers apart: their chainID.
    String chainKey() {
        return chainKey;
    }

    private void stack(BuiltLayer layer) {
        layers.add(layer);
        String top = layer.diffId().toString();
        chainKey =
                layers.size() == 1
                        ? top
                        : Digest.of((chainKey + " " + top).getBytes(StandardCharsets.US_ASCII))
                                .toString();
    }

    List<BuiltLayer> layers() {
        return List.copyOf(layers);
    }

    Optional<Digest> parent() {
        return parent;
    }

    List<Step> history() {
        return List.copyOf(history);
    }

    String key() {
        return key;
    }

    void setAuthor(String name) {
        author = name;
    }

    /// A step is done.
    ///
    /// @param stepKey of the cache
    /// @param layer absent where it made none
    void done(String stepKey, Optional<BuiltLayer> layer, String createdBy, Instant time) {
        layer.ifPresent(this::stack);
        key =
                Digest.of(
                                (key + "\n" + stepKey + "\n" + layer.map(BuiltLayer::diffId))
                                        .getBytes(StandardCharsets.UTF_8))
                        .hex();
        created = time;
        history.add(new Step(time.toString(), "", createdBy, "", layer.isEmpty()));
    }

    ImageDocument document() {
        return new ImageDocument(
                created.toString(),
                author,
                "",
                platform.architecture(),
                platform.variant(),
                platform.os(),
                "",
                Optional.of(ImageViews.settings(config.result())),
                RootFs.of(chain().layers()),
                List.copyOf(history));
    }

    /// Of the image that it is when the stage ends here.
    String imageId() {
        return Digest.of(Json.write(document())).toString();
    }

    /// Tells the state between two steps from all others: what is shown, and what the container of
    /// a step names as its image. Making the image's own id of each costs more than a cached step.
    String stepId() {
        if (history.isEmpty()) {
            return imageId();
        }
        return key.startsWith(ALGORITHM) ? key : ALGORITHM + key; // of an image, of a step
    }

    /// Arguments that steps see as variables of their environment.
    Map<String, String> seenArguments() {
        Map<String, String> seen = new LinkedHashMap<>(arguments);
        seen.keySet().removeIf(ScanScope::isOne);
        return seen;
    }

    /// Whether one of [ScanScope]'s arguments takes the stage in.
    ///
    /// @param stage its name
    /// @param global what stands in front of all stages
    boolean isScanned(String argument, String stage, Optional<String> global) {
        return Optional.ofNullable(arguments.get(argument))
                .or(() -> global)
                .filter(value -> ScanScope.covers(value, stage))
                .isPresent();
    }

    /// Arguments as the history of a RUN shows them: `|1 A=b `, or nothing.
    String shownArguments() {
        Map<String, String> seen = seenArguments();
        if (seen.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("|").append(seen.size());
        new TreeMap<>(seen).forEach((n, v) -> text.append(' ').append(n).append('=').append(v));
        return text.append(' ').toString();
    }
}
