package sampan.app.runc;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import sampan.app.session.Caller;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.files.FileOps;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.runtime.lifecycle.Container;
import sampan.runtime.lifecycle.RuntimeHost;
import sampan.runtime.monitor.StepFailures;
import sampan.runtime.state.StateDirectory;

/// What a verb works with.
///
/// @param program the name under which the command was called
/// @param systemdCgroup the cgroups of new containers were to be systemd's
public record RuncContext(
        Caller caller,
        String program,
        RuntimeHost host,
        StateDirectory states,
        RuncLog log,
        boolean systemdCgroup) {
    private static final int DOCUMENT_BYTES_MAX = 16 << 20;
    // sd_booted(3)
    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final int PID_FILE_MODE = 0666;
    private static final String OWN_MOUNTS = FileOps.readlinkAt(Fd.CWD, "/proc/self/ns/mnt");

    public PrintStream out() {
        return caller.out();
    }

    public Container container(String id) {
        requireRoot();
        return Container.open(host, states, id);
    }

    /// Refuses a caller whose files or rights are not those of this daemon: paths would mean other
    /// things here, and what is done in its name could be more than it may do.
    public void requireRoot() {
        if (caller.uid() != 0) {
            throw new SampanException(
                    ErrorCode.DENIED,
                    "only root may use this daemon's containers; uid "
                            + caller.uid()
                            + " needs a daemon of its own (SAMPAN_RUN, SAMPAN_ROOT)");
        }
        String process = "/proc/" + caller.pid();
        if (caller.pid() == 0
                || !FileOps.readlinkAt(Fd.CWD, process + "/ns/mnt").equals(OWN_MOUNTS)
                || !FileOps.readlinkAt(Fd.CWD, process + "/root").equals("/")) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "the caller's root directory is not this daemon's: start a daemon there, with"
                            + " SAMPAN_RUN set to a place of its own");
        }
    }

    /// Refuses to make a container whose cgroup systemd was to make.
    public void requireOwnCgroups() {
        if (!systemdCgroup) {
            return;
        }
        throw new SampanException(
                ErrorCode.UNSUPPORTED,
                Files.isDirectory(SYSTEMD)
                        ? "--systemd-cgroup is not supported: cgroups are made by their path here;"
                                + " set the caller's cgroup driver to cgroupfs"
                        : "systemd not running on this host, cannot use systemd cgroups manager");
    }

    /// Reads a file as the caller.
    public byte[] read(String path) {
        try (Fd file = caller.open(path, Open.RDONLY, 0)) {
            return FileIo.readFully(file, DOCUMENT_BYTES_MAX);
        }
    }

    /// An absolute path as the caller means it.
    public String absolute(String path) {
        return Path.of(caller.workingDirectory()).resolve(path).normalize().toString();
    }

    /// Writes a process id to a file of the caller's; an empty path is none.
    public void writePid(String path, int pid) {
        if (path.isEmpty()) {
            return;
        }
        try (Fd file = caller.open(path, Open.WRONLY | Open.CREAT | Open.TRUNC, PID_FILE_MODE)) {
            FileIo.writeFully(
                    file,
                    Integer.toString(pid).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    /// Connects to a socket that the caller can reach.
    public UnixSocket connect(String path) {
        try (Fd place = caller.open(path, Open.PATH, 0)) {
            return UnixSocket.connect(place.path(), SocketType.STREAM);
        } catch (ErrnoException e) {
            throw new SampanException(
                    e.code(),
                    "dial unix " + path + ": connect: " + StepFailures.text(e.errno()),
                    e);
        }
    }
}
