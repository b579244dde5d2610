package sampan.gateway.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import sampan.errors.SampanException;

/// A mapping of the file, with its place. Every field that is asked for is known by that; [#end]
/// refuses the others.
final class YamlSection {
    /// Octets of a file.
    static final int FILE_BYTES_MAX = 8 << 20;

    private static final int ALIASES_MAX = 100;

    private final String file;
    private final String path;
    private final Map<String, Node> fields = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Set<String> known = new java.util.TreeSet<>();
    private final Node node;

    private YamlSection(String file, String path, Node node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(path, node, "write fields below it, NAME: VALUE");
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String key = scalar(path, tuple.getKeyNode(), "a name");
            if (fields.put(key, tuple.getValueNode()) != null) {
                throw wrong(field(key), tuple.getKeyNode(), "it stands twice: keep one");
            }
            keys.put(key, tuple.getKeyNode());
        }
    }

    static YamlSection parse(String file, String text) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(file)
                        .setMaxAliasesForCollections(ALIASES_MAX)
                        .setCodePointLimit(FILE_BYTES_MAX)
                        .setAllowRecursiveKeys(false)
                        .build();
        try {
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                throw SampanException.invalid(file + ": it is empty: write listeners and routes");
            }
            return new YamlSection(file, "", root.get());
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
            throw SampanException.invalid(
                    file + line + ": no valid YAML: " + e.getProblem() + ": mend the line");
        } catch (YamlEngineException e) {
            throw SampanException.invalid(file + ": no valid YAML: " + e.getMessage());
        }
    }

    private String field(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private SampanException wrong(String field, Node at, String remedy) {
        String value = at instanceof ScalarNode scalar ? " \"" + scalar.getValue() + "\"" : "";
        return SampanException.invalid(place(at) + field + value + ": " + remedy);
    }

    private String place(Node at) {
        return file + at.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("") + ": ";
    }

    /// The failure of a field of this section.
    SampanException wrong(String key, String remedy) {
        Node at = fields.getOrDefault(key, node);
        return wrong(field(key), at, remedy);
    }

    private String scalar(String field, Node at, String what) {
        if (at instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw wrong(field, at, "write " + what);
    }

    /// Refuses fields that nobody asked for.
    void end() {
        for (Map.Entry<String, Node> entry : keys.entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw SampanException.invalid(
                        place(entry.getValue())
                                + field(entry.getKey())
                                + ": unknown field: use one of "
                                + String.join(", ", known));
            }
        }
    }

    /// The names of all fields.
    Set<String> names() {
        return Set.copyOf(fields.keySet());
    }

    /// Where a field stands and what it is called, for a failure that must not tell its value.
    String placed(String key) {
        return place(fields.getOrDefault(key, node)) + field(key) + ": ";
    }

    /// The fields that were asked for so far.
    Set<String> known() {
        return known;
    }

    private Optional<Node> get(String key) {
        known.add(key);
        Node found = fields.get(key);
        boolean empty = found instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
        return empty ? Optional.empty() : Optional.ofNullable(found);
    }

    boolean has(String key) {
        return get(key).isPresent();
    }

    Optional<String> text(String key) {
        return get(key).map(found -> scalar(field(key), found, "a text"));
    }

    /// Reads a text by a function that takes the field's name and the text.
    <T> Optional<T> read(String key, BiFunction<String, String, T> reader) {
        return get(key).map(found ->
                placed(found, reader, field(key), scalar(field(key), found, "a text")));
    }

    private <T> T placed(Node at, BiFunction<String, String, T> reader, String field, String text) {
        try {
            return reader.apply(field, text);
        } catch (SampanException e) {
            throw new SampanException(e.code(), place(at) + e.getMessage(), e);
        }
    }

    int number(String key, int otherwise, int min, int max) {
        return read(key, (field, text) -> Values.number(field, text, min, max)).orElse(otherwise);
    }

    /// A file by its path, which counts from where this file lies.
    Optional<Path> path(String key) {
        return text(key).map(text -> Path.of(file).toAbsolutePath().resolveSibling(text));
    }

    long nanos(String key, long otherwise) {
        return read(key, Values::nanos).orElse(otherwise);
    }

    boolean flag(String key, boolean otherwise) {
        return read(key, Values::flag).orElse(otherwise);
    }

    Optional<YamlSection> section(String key) {
        return get(key).map(found -> new YamlSection(file, field(key), found));
    }

    /// The sections that stand below a section's own names.
    Map<String, YamlSection> sections(String key) {
        Map<String, YamlSection> sections = new LinkedHashMap<>();
        section(key)
                .ifPresent(parent ->
                        parent.fields.forEach((name, found) ->
                                sections.put(
                                        name, new YamlSection(file, parent.field(name), found))));
        return sections;
    }

    /// The same, where a text or nothing stands for a section with that one field.
    Map<String, YamlSection> sections(String key, String shorthand) {
        Map<String, YamlSection> sections = new LinkedHashMap<>();
        section(key)
                .ifPresent(parent ->
                        parent.fields.forEach((name, found) ->
                                sections.put(
                                        name,
                                        new YamlSection(
                                                file,
                                                parent.field(name),
                                                widened(found, shorthand)))));
        return sections;
    }

    /// Names and texts of a section, an empty text where there is none.
    Map<String, Optional<String>> pairs(String key) {
        Map<String, Optional<String>> pairs = new LinkedHashMap<>();
        section(key)
                .ifPresent(parent ->
                        parent.fields.keySet().forEach(name -> pairs.put(name, parent.text(name))));
        return pairs;
    }

    /// One text or a list of them.
    <T> List<T> texts(String key, BiFunction<String, String, T> reader) {
        Optional<Node> found = get(key);
        if (found.isEmpty()) {
            return List.of();
        }
        if (!(found.get() instanceof SequenceNode list)) {
            return List.of(
                    placed(
                            found.get(),
                            reader,
                            field(key),
                            scalar(field(key), found.get(), "a text or a list")));
        }
        List<T> texts = new ArrayList<>();
        for (Node item : list.getValue()) {
            String at = field(key) + "[" + texts.size() + "]";
            texts.add(placed(item, reader, at, scalar(at, item, "a text")));
        }
        return texts;
    }

    /// A list of sections; a text stands for a section with that one field.
    List<YamlSection> list(String key, String shorthand) {
        Optional<Node> found = get(key);
        if (found.isEmpty()) {
            return List.of();
        }
        if (found.get() instanceof ScalarNode && !shorthand.isEmpty()) {
            return List.of(new YamlSection(file, field(key), widened(found.get(), shorthand)));
        }
        if (!(found.get() instanceof SequenceNode items)) {
            throw wrong(field(key), found.get(), "write a list");
        }
        List<YamlSection> sections = new ArrayList<>();
        for (Node item : items.getValue()) {
            String at = field(key) + "[" + sections.size() + "]";
            sections.add(new YamlSection(file, at, widened(item, shorthand)));
        }
        return sections;
    }

    /// A section, or a text that stands for one with that field.
    Optional<YamlSection> sectionOr(String key, String shorthand) {
        return get(key).map(found -> new YamlSection(file, field(key), widened(found, shorthand)));
    }

    private static Node widened(Node item, String shorthand) {
        if (shorthand.isEmpty() || !(item instanceof ScalarNode scalar)) {
            return item;
        }
        ScalarNode name =
                new ScalarNode(
                        Tag.STR,
                        true,
                        shorthand,
                        scalar.getScalarStyle(),
                        scalar.getStartMark(),
                        scalar.getEndMark());
        return new MappingNode(
                Tag.MAP,
                true,
                List.of(new NodeTuple(name, item)),
                org.snakeyaml.engine.v2.common.FlowStyle.BLOCK,
                scalar.getStartMark(),
                scalar.getEndMark());
    }
}
