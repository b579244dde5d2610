package sampan.engine.build.syntax;

import java.util.List;
import java.util.Map;

/// A parsed Dockerfile.
///
/// @param directives parser directives by lower-case name (`syntax`, `escape`, `check`)
/// @param escape what joins lines and takes a character's meaning: a backslash or a backtick
/// @param arguments ARG lines in front of the first stage
public record Dockerfile(
        Map<String, String> directives,
        char escape,
        List<Command.Arg> arguments,
        List<Stage> stages,
        List<Finding> findings) {

    /// @param index from 0
    /// @param commands what follows its FROM
    public record Stage(int index, Command.From from, List<Command> commands) {
        /// Its name in lower case, or its number.
        public String label() {
            return from.name().orElse(Integer.toString(index));
        }
    }
}
