package sampan.app.cli.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sampan.app.cli.template.Node.Command;
import sampan.app.cli.template.Node.Operand;
import sampan.app.cli.template.Node.Pipeline;
import sampan.app.cli.usage.UsageException;

/// A template, parsed once and run for any number of values. Immutable.
///
/// Values are maps, lists, strings, numbers, booleans and nil. A missing field is an error that
/// names it, as `docker inspect` has it.
public final class GoTemplate {
    private final List<Node> nodes;

    private GoTemplate(List<Node> nodes) {
        this.nodes = nodes;
    }

    /// INVALID `template parsing error: …` when it is malformed.
    public static GoTemplate parse(String source) {
        return new GoTemplate(Parser.parse(source));
    }

    public String render(Object value) {
        StringBuilder out = new StringBuilder();
        new Run(value, out).nodes(nodes, value);
        return out.toString();
    }

    private static final class Leave extends RuntimeException {
        private final boolean breaks;

        Leave(boolean breaks) {
            super(null, null, false, false);
            this.breaks = breaks;
        }
    }

    /// One execution: the root, the variables in scope, the output.
    private static final class Run {
        private final Map<String, @Nullable Object> variables = new HashMap<>();
        private final StringBuilder out;

        Run(Object root, StringBuilder out) {
            this.out = out;
            variables.put("", root);
        }

        void nodes(List<Node> nodes, @Nullable Object dot) {
            for (Node node : nodes) {
                switch (node) {
                    case Node.Text(String text) -> out.append(text);
                    case Node.Action(Pipeline pipeline) -> {
                        Object value = evaluate(pipeline, dot);
                        if (pipeline.variables().isEmpty()) {
                            out.append(value == null ? "<no value>" : Functions.string(value));
                        }
                    }
                    case Node.If(Pipeline condition, List<Node> then, List<Node> otherwise) ->
                            nodes(
                                    Functions.truth(evaluate(condition, dot)) ? then : otherwise,
                                    dot);
                    case Node.With(Pipeline subject, List<Node> then, List<Node> otherwise) -> {
                        Object value = evaluate(subject, dot);
                        boolean some = Functions.truth(value);
                        nodes(some ? then : otherwise, some ? value : dot);
                    }
                    case Node.Range range -> range(range, dot);
                    case Node.Break() -> throw new Leave(true);
                    case Node.Continue() -> throw new Leave(false);
                }
            }
        }

        private void range(Node.Range range, @Nullable Object dot) {
            Pipeline subject = range.subject();
            Object value = evaluate(new Pipeline(List.of(), false, subject.commands()), dot);
            Map<Object, @Nullable Object> elements = elements(value);
            if (elements.isEmpty()) {
                nodes(range.otherwise(), dot);
                return;
            }
            List<String> names = subject.variables();
            for (Map.Entry<Object, @Nullable Object> element : elements.entrySet()) {
                if (names.size() == 2) {
                    variables.put(names.get(0), element.getKey());
                }
                if (!names.isEmpty()) {
                    variables.put(names.getLast(), element.getValue());
                }
                try {
                    nodes(range.body(), element.getValue());
                } catch (Leave leave) {
                    if (leave.breaks) {
                        return;
                    }
                }
            }
        }

        private static Map<Object, @Nullable Object> elements(@Nullable Object value) {
            Map<Object, @Nullable Object> elements = new java.util.LinkedHashMap<>();
            switch (value) {
                case List<?> list -> {
                    for (int i = 0; i < list.size(); i++) {
                        elements.put((long) i, list.get(i));
                    }
                }
                case Map<?, ?> map -> {
                    // Go ranges over maps in the order of their keys.
                    new TreeMap<>(Collections.unmodifiableMap(byText(map))).forEach(elements::put);
                }
                case null -> {}
                default ->
                        throw new UsageException(
                                "template: :1: range can't iterate over "
                                        + Functions.string(value));
            }
            return elements;
        }

        private static Map<String, @Nullable Object> byText(Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new HashMap<>();
            map.forEach((k, v) -> copy.put(String.valueOf(k), v));
            return copy;
        }

        private @Nullable Object evaluate(Pipeline pipeline, @Nullable Object dot) {
            Object value = null;
            boolean first = true;
            for (Command command : pipeline.commands()) {
                value = command(command, dot, first ? List.of() : Collections.singletonList(value));
                first = false;
            }
            if (!pipeline.variables().isEmpty()) {
                variables.put(pipeline.variables().getLast(), value);
            }
            return value;
        }

        private @Nullable Object command(
                Command command, @Nullable Object dot, List<@Nullable Object> piped) {
            if (command.operands().getFirst() instanceof Operand.Function(String name)) {
                if (name.equals("and") || name.equals("or")) {
                    return shortCircuit(name.equals("and"), command, dot, piped);
                }
                List<@Nullable Object> arguments = new ArrayList<>();
                for (Operand operand : command.operands().subList(1, command.operands().size())) {
                    arguments.add(operand(operand, dot));
                }
                arguments.addAll(piped);
                return Functions.call(name, arguments);
            }
            boolean label =
                    command.operands().size() == 2
                            && command.operands().getFirst()
                                    instanceof Operand.Field(List<String> names)
                            && names.equals(List.of("Label"));
            if (label && dot instanceof Map<?, ?> row && row.get("Labels") instanceof String all) {
                return label(all, Functions.string(operand(command.operands().getLast(), dot)));
            }
            if (command.operands().size() > 1 || !piped.isEmpty()) {
                throw new UsageException("template: :1: can't give argument to non-function");
            }
            return operand(command.operands().getFirst(), dot);
        }

        /// `.Label "NAME"` of a row whose labels are `a=b,c=d`; of a row of titles, the name
        /// itself.
        private static String label(String labels, String name) {
            if (labels.equals("LABELS")) {
                return name.substring(name.lastIndexOf('.') + 1);
            }
            for (String pair : labels.split(",", -1)) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
            return "";
        }

        private @Nullable Object shortCircuit(
                boolean and, Command command, @Nullable Object dot, List<@Nullable Object> piped) {
            Object value = null;
            for (Operand operand : command.operands().subList(1, command.operands().size())) {
                value = operand(operand, dot);
                if (Functions.truth(value) != and) {
                    return value;
                }
            }
            return piped.isEmpty() ? value : piped.getFirst();
        }

        private @Nullable Object operand(Operand operand, @Nullable Object dot) {
            return switch (operand) {
                case Operand.Literal(var value) -> value.isPresent() ? value.get() : null;
                case Operand.Field(List<String> names) -> walk(dot, names);
                case Operand.Variable(String name, List<String> names) -> {
                    if (!variables.containsKey(name)) {
                        throw new UsageException(
                                "template parsing error: template: :1: undefined variable \"$"
                                        + name
                                        + "\"");
                    }
                    yield walk(variables.get(name), names);
                }
                case Operand.Function(String name) -> Functions.call(name, List.of());
                case Operand.Group(Pipeline pipeline, List<String> names) ->
                        walk(evaluate(pipeline, dot), names);
            };
        }

        private static @Nullable Object walk(@Nullable Object start, List<String> names) {
            Object value = start;
            for (String name : names) {
                value =
                        switch (value) {
                            case Map<?, ?> map when map.containsKey(name) -> map.get(name);
                            case Map<?, ?> _ ->
                                    throw new UsageException(
                                            "template: :1: executing \"\" at <."
                                                    + String.join(".", names)
                                                    + ">: map has no entry for key \""
                                                    + name
                                                    + "\"");
                            case null, default ->
                                    throw new UsageException(
                                            "template: :1: executing \"\" at <."
                                                    + String.join(".", names)
                                                    + ">: can't evaluate field "
                                                    + name
                                                    + " in type "
                                                    + (value == null ? "interface {}" : "string"));
                        };
            }
            return value;
        }
    }
}
