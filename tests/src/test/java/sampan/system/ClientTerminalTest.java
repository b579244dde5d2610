package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A person at a terminal, with the docker client and with ours.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ClientTerminalTest {
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    private static final String DETACH = "\u0010\u0011"; // Ctrl-P Ctrl-Q

    /// Says itself that it is in the foreground: a key that reaches the shell on its way to there
    /// is lost on it.
    private static final String BUSY = "sh -c 'echo busy$((1 + 1)); exec sleep 1000'\n";

    private final PrivateDaemon daemon;

    ClientTerminalTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    enum Client {
        DOCKER,
        SAMPAN;

        String program() {
            return this == DOCKER ? "docker" : Dist.program("sampan");
        }
    }

    private PtySession session(Client client, String... words) {
        return new PtySession(
                daemon, Command.words(client.program(), words).toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void aShellHasATerminalAndEndsByCtrlD(Client client) {
        try (PtySession shell = session(client, "run", "--rm", "-it", "busybox", "sh")) {
            shell.expect("/ # ")
                    .type("tty; echo sum $((40 + 2))\n")
                    .expect("/dev/pts/0")
                    .expect("sum 42")
                    .expect("/ # ");
            shell.type("exit 3\n");
            assertThat(shell.status()).isEqualTo(3);
        }
        try (PtySession shell = session(client, "run", "--rm", "-it", "busybox", "sh")) {
            shell.expect("/ # ").type(CTRL_D);
            assertThat(shell.status()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void sizeReachesTheProcess(Client client) {
        String told =
                "trap 'stty size' WINCH; trap 'exit 7' INT; stty size; while :; do sleep 0.05; done";
        try (PtySession shell =
                session(client, "run", "--rm", "-it", "busybox", "sh", "-c", told)) {
            shell.expect("24 80");
            resize(client, shell, 33, 101, "33 101");
            shell.expect("33 101").type(CTRL_C);
            assertThat(shell.status()).isEqualTo(7);
        }
    }

    /// Docker's client listens for changes of the size only some time after the container has begun
    /// to print, and takes no second look: a change before that is lost on it. Ours must not.
    private static void resize(
            Client client, PtySession shell, int rows, int columns, String told) {
        if (client == Client.SAMPAN) {
            shell.resize(rows, columns);
            return;
        }
        Eventually.await(
                told,
                () -> {
                    shell.resize(rows, columns - 1).resize(rows, columns);
                    return shell.screen().contains(told);
                });
    }

    @ParameterizedTest
    @EnumSource
    void ctrlCInterruptsTheForegroundProcessOnly(Client client) {
        try (PtySession shell = session(client, "run", "--rm", "-it", "busybox", "sh")) {
            shell.expect("/ # ").type(BUSY).expect("busy2").type(CTRL_C).expect("/ # ");
            shell.type("echo status $?\n").expect("status 130").type("exit\n");
            assertThat(shell.status()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void detachesAndAttachesAgain(Client client) {
        String name = "det-" + client.name().toLowerCase(java.util.Locale.ROOT);
        try (PtySession shell = session(client, "run", "-it", "--name", name, "busybox", "sh")) {
            shell.expect("/ # ").type("X=kept\n").expect("/ # ").type(DETACH);
            assertThat(shell.status()).isZero();
        }
        assertThat(daemon.inspect(name, "{{.State.Running}}")).isEqualTo("true");
        try (PtySession shell = session(client, "attach", name)) {
            // a prompt is shown only on a key; the terminal may still be on its way to raw
            shell.type("\n")
                    .expect("/ # ")
                    .type("echo X is $X\n")
                    .expect("X is kept")
                    .type("exit 4\n");
            assertThat(shell.status()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherDetachKeysCanBeChosen(Client client) {
        String name = "keys-" + client.name().toLowerCase(java.util.Locale.ROOT);
        try (PtySession shell =
                session(
                        client,
                        "run",
                        "-it",
                        "--detach-keys",
                        "ctrl-x,q",
                        "--name",
                        name,
                        "busybox",
                        "sh")) {
            shell.expect("/ # ").type("\u0018q");
            assertThat(shell.status()).isZero();
        }
        assertThat(daemon.inspect(name, "{{.State.Running}}")).isEqualTo("true");
    }

    @ParameterizedTest
    @EnumSource
    void execHasATerminalOfItsOwn(Client client) {
        String id = daemon.background("busybox", "sleep", "1000");
        try (PtySession shell = session(client, "exec", "-it", id, "sh")) {
            shell.expect("/ # ")
                    .type("tty; stty size; ps -o args\n")
                    .expect("/dev/pts/")
                    .expect("24 80")
                    .expect("sleep 1000");
            shell.resize(40, 90).type(BUSY).expect("busy2").type(CTRL_C).expect("/ # ");
            shell.type("stty size; exit 6\n").expect("40 90");
            assertThat(shell.status()).isEqualTo(6);
        }
        assertThat(daemon.inspect(id, "{{.State.Running}}")).isEqualTo("true");
    }
}
