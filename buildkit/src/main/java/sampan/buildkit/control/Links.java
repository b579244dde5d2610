package sampan.buildkit.control;

import java.util.List;
import java.util.Optional;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Results of one build that another stands on, as `bake` links its targets. The client is given
/// each result as a graph (LLB) and hands the graph on as an input; ours has one source, which
/// names the result.
final class Links {
    private static final String SOURCE = "sampan-build://";

    // Of pb.Definition, pb.Op, pb.Input, pb.SourceOp.
    private static final int DEFINITION_OPS = 1;
    private static final int DEFINITION_METADATA = 2;
    private static final int OP_INPUT = 1;
    private static final int OP_SOURCE = 3;
    private static final int INPUT_DIGEST = 1;
    private static final int SOURCE_IDENTIFIER = 1;

    private Links() {}

    /// The graph of a result: its source, and the operation that ends every graph.
    static Message definition(String result) {
        byte[] source =
                new Message()
                        .message(OP_SOURCE, new Message().text(SOURCE_IDENTIFIER, SOURCE + result))
                        .bytes();
        byte[] end =
                new Message()
                        .message(
                                OP_INPUT,
                                new Message().text(INPUT_DIGEST, Digest.of(source).toString()))
                        .bytes();
        Message definition = new Message().bytes(DEFINITION_OPS, source).bytes(DEFINITION_OPS, end);
        for (byte[] op : List.of(source, end)) {
            definition.message(
                    DEFINITION_METADATA,
                    new Message().text(1, Digest.of(op).toString()).message(2, new Message()));
        }
        return definition;
    }

    /// The result that a graph names.
    ///
    /// @throws SampanException UNSUPPORTED for a graph that is not one of ours
    static String result(String name, byte[] definition) {
        Optional<String> found =
                Fields.of(definition).messages(DEFINITION_OPS).stream()
                        .flatMap(op -> op.message(OP_SOURCE).stream())
                        .map(source -> source.text(SOURCE_IDENTIFIER))
                        .filter(identifier -> identifier.startsWith(SOURCE))
                        .map(identifier -> identifier.substring(SOURCE.length()))
                        .findFirst();
        return found.orElseThrow(() ->
                new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "input "
                                + name
                                + " is a graph of the client's own (LLB), which is not supported:"
                                + " only results of builds are taken"));
    }
}
