package sampan.engine.build.syntax;

import sampan.errors.SampanException;

/// How failures of a Dockerfile are worded.
public final class SyntaxError {
    private SyntaxError() {}

    public static SampanException at(int line, String message) {
        return SampanException.invalid("dockerfile parse error on line " + line + ": " + message);
    }

    static SampanException at(Instruction instruction, String message) {
        return at(instruction.line(), message);
    }
}
