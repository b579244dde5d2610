package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/// A program that runs at a point of the container's life, with the state document on its stdin.
///
/// @param args argv, the name included; empty: the path alone
/// @param timeout seconds
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Hook(String path, List<String> args, List<String> env, Optional<Integer> timeout) {
    public Hook {
        path = Absent.text(path);
        args = Absent.list(args);
        env = Absent.list(env);
        timeout = Absent.optional(timeout);
    }
}
