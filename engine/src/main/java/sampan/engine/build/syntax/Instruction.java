package sampan.engine.build.syntax;

import java.util.List;
import java.util.Optional;

/// One instruction as it stands in the file, its lines joined.
///
/// @param keyword in capitals
/// @param flags `--name=value` words in front of the arguments
/// @param rest the arguments
/// @param json the arguments where they are a JSON list of strings
/// @param line its first line, from 1
/// @param column of its keyword, from 1
/// @param text the whole, as shown to people
public record Instruction(
        String keyword,
        List<String> flags,
        String rest,
        Optional<List<String>> json,
        List<Heredoc> heredocs,
        int line,
        int column,
        String text) {

    /// The same with its flags' and arguments' text after a trigger's keyword was taken off.
    Instruction withHeredocs(List<Heredoc> documents) {
        return new Instruction(keyword, flags, rest, json, documents, line, column, text);
    }
}
