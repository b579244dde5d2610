package sampan.runtime.monitor;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.MemFd;
import sampan.linux.poll.Poller;
import sampan.linux.process.Children;
import sampan.linux.process.SpawnRequest;
import sampan.linux.process.Spawner;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;
import sampan.linux.sys.Fd;
import sampan.runtime.plan.LaunchPlan;

/// Starts `sampan-launch` with plans. The program is copied once into a sealed memory file and run
/// from there, so that no container can reach its file through /proc/PID/exe, and a changed file on
/// disk does not matter to a running daemon. Safe for many threads.
public final class Launcher implements AutoCloseable {
    private static final String NAME = "sampan-launch";
    private static final int PLAN_FD = 3;

    private final Fd program;
    private final Poller poller;

    /// @param binary the program `sampan-launch`
    /// @param poller stays the caller's; reports arrive on its thread
    public Launcher(Path binary, Poller poller) {
        this.program = MemFd.sealed(NAME, binary);
        this.poller = poller;
    }

    /// Starts a monitor. Its reports may arrive before this returns.
    ///
    /// @param slots the descriptors of slots 0 to n-1; stay the caller's, who may close them on
    ///   return. `Fd.NONE` leaves a slot closed
    /// @throws SampanException where it cannot be started at all; whatever fails later is told to
    ///   the listener
    public Monitor launch(LaunchPlan plan, List<Fd> slots, MonitorListener listener) {
        if (slots.size() != plan.fdCount()) {
            throw new IllegalArgumentException(
                    "plan takes " + plan.fdCount() + " descriptors, not " + slots.size());
        }
        if (!program.isOpen()) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "the daemon is ending");
        }
        UnixSocket.Pair control = UnixSocket.pair(SocketType.SEQPACKET);
        try (UnixSocket theirs = control.second();
                Fd memory = MemFd.sealedData("plan", bytes(plan))) {
            List<Fd> fds = new ArrayList<>(PLAN_FD + 2 + slots.size());
            for (int i = 0; i < PLAN_FD; i++) {
                fds.add(Fd.NONE);
            }
            fds.add(memory);
            fds.add(theirs.fd());
            fds.addAll(slots);
            int pid =
                    Spawner.spawn(new SpawnRequest(program.path(), List.of(NAME), List.of(), fds))
                            .pid();
            Children.reapOnExit(poller, pid, _ -> {});
            return Monitor.launched(pid, control.first(), poller, listener);
        } catch (RuntimeException e) {
            control.first().close();
            throw e;
        }
    }

    /// Has somebody else start a monitor, who becomes its parent and gives it his namespaces,
    /// limits and rights. Its reports may arrive before this returns; a start that fails is told as
    /// [MonitorListener#lost].
    public Monitor launchAt(
            LaunchSite site, LaunchPlan plan, List<LaunchSlot> slots, MonitorListener listener) {
        if (slots.size() != plan.fdCount()) {
            throw new IllegalArgumentException(
                    "plan takes " + plan.fdCount() + " descriptors, not " + slots.size());
        }
        UnixSocket.Pair control = UnixSocket.pair(SocketType.SEQPACKET);
        try (UnixSocket theirs = control.second();
                Fd memory = MemFd.sealedData("plan", bytes(plan))) {
            site.start(program, memory, theirs.fd(), slots);
            return Monitor.launched(0, control.first(), poller, listener);
        } catch (RuntimeException e) {
            control.first().close();
            throw e;
        }
    }

    private static byte[] bytes(LaunchPlan plan) {
        ByteBuffer view = plan.bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }

    /// Running monitors are not concerned.
    @Override
    public void close() {
        program.close();
    }
}
