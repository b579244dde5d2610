package sampan.engine.containers;

import java.util.List;
import java.util.Optional;

/// The container's first process.
///
/// @param entrypoint absent: the image's; present and empty (or one empty string): none
/// @param command absent or empty: the image's, unless an entrypoint was given
/// @param env NAME=VALUE, or NAME alone to remove the image's
/// @param workingDir absolute, or empty for the image's
/// @param user name|uid[:group|gid], or empty for the image's
/// @param stdinOnce stdin ends with the first attached client
/// @param rows of the first terminal, 0 for the client's later resize
public record ProcessSpec(
        Optional<List<String>> entrypoint,
        Optional<List<String>> command,
        List<String> env,
        String workingDir,
        String user,
        boolean tty,
        boolean openStdin,
        boolean stdinOnce,
        boolean attachStdin,
        boolean attachStdout,
        boolean attachStderr,
        int rows,
        int columns) {}
