package sampan.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// A user who may use a daemon's socket and nothing else.
final class Nobody {
    static final int ID = 65534;
    private static final int ROOM = 4242;

    private Nobody() {}

    /// Runs the client as that user.
    static Outcome run(PrivateDaemon daemon, String... words) throws IOException {
        Path socket = daemon.runDirectory().resolve("cli.sock");
        Files.setAttribute(socket, "unix:gid", ROOM);
        Path top = Path.of("/tmp");
        for (Path at = socket.getParent(); at != null && !at.equals(top); at = at.getParent()) {
            Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path program = Path.of("/tmp", "sampan-" + ProcessHandle.current().pid());
        Files.copy(Path.of(Dist.program("sampan")), program);
        try {
            List<String> all = new ArrayList<>(List.of("setpriv", "--reuid", "" + ID));
            all.addAll(List.of("--regid", "" + ID, "--groups", "" + ROOM));
            all.add(program.toString());
            all.addAll(List.of(words));
            return new Command(all).with(daemon.environment()).run();
        } finally {
            Files.delete(program);
        }
    }
}
