package sampan.app.cli.template;

import java.util.List;
import java.util.Optional;

/// The parsed template.
sealed interface Node {
    record Text(String text) implements Node {}

    /// `{{pipeline}}`, or `{{$v := pipeline}}`, which prints nothing.
    record Action(Pipeline pipeline) implements Node {}

    record If(Pipeline condition, List<Node> then, List<Node> otherwise) implements Node {}

    record With(Pipeline subject, List<Node> then, List<Node> otherwise) implements Node {}

    record Range(Pipeline subject, List<Node> body, List<Node> otherwise) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}

    /// @param variables that are set; for range the last is the element, the one before the index
    /// @param declares `:=` rather than `=`
    record Pipeline(List<String> variables, boolean declares, List<Command> commands) {}

    /// One command of a pipeline: an operand, or a function with its arguments.
    record Command(List<Operand> operands) {}

    sealed interface Operand {
        record Literal(Optional<Object> value) implements Operand {}

        /// `.A.B`; no names: the dot itself.
        record Field(List<String> names) implements Operand {}

        /// `$v.A.B`; the empty name is the root.
        record Variable(String name, List<String> names) implements Operand {}

        record Function(String name) implements Operand {}

        /// `(pipeline).A`
        record Group(Pipeline pipeline, List<String> names) implements Operand {}
    }
}
