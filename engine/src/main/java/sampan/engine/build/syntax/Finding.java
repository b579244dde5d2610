package sampan.engine.build.syntax;

/// Something that is allowed and probably not meant.
///
/// @param rule name of the check, as Docker's build checks have it
/// @param line from 1
/// @param column from 1
public record Finding(String rule, String message, int line, int column) {
    /// As one line for people.
    public String text() {
        return rule + ": " + message + " (line " + line + ", column " + column + ")";
    }
}
