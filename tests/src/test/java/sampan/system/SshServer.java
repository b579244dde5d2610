package sampan.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A real sshd on loopback that lets one key in, to a user `git` who may fetch what lies in one
/// directory. The user is known in its own mount namespace alone.
final class SshServer implements AutoCloseable {
    private static final int GIT = 64_711;
    private static final int SSHD = 64_712;

    private final Path home;
    private final int port;
    private final Command.Running server;
    private final Command.Running agent;

    /// @param home there, and of this server alone
    SshServer(Path home) throws IOException {
        this.home = home;
        Files.createDirectories(share());
        key("host");
        key("own");
        Files.copy(home.resolve("own.pub"), share().resolve("keys"));
        Files.writeString(
                home.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd"))
                        + "git:*:%d:65534::/srv:/usr/bin/git-shell\n".formatted(GIT)
                        + "sshd:*:%d:65534::/run/sshd:/usr/sbin/nologin\n".formatted(SSHD));
        port = freePort();
        Files.writeString(
                home.resolve("config"),
                """
                ListenAddress 127.0.0.1:%d
                HostKey %s
                AuthorizedKeysFile /srv/keys
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                PidFile none
                """
                        .formatted(port, home.resolve("host")));
        server = serve();
        agent = Command.of("ssh-agent", "-D", "-a", socket()).start();
        Eventually.await("the agent's socket", () -> Files.exists(Path.of(socket())));
        Command.of("ssh-add", home.resolve("own").toString())
                .with(Map.of("SSH_AUTH_SOCK", socket()))
                .run()
                .expect(0);
        Eventually.await(
                "sshd, which said " + server.err().text(),
                () -> server.err().text().contains("Server listening on"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void key(String name) {
        String file = home.resolve(name).toString();
        Command.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file).run().expect(0);
    }

    private Command.Running serve() {
        String script =
                """
                mount --bind "$1/passwd" /etc/passwd &&
                mount --bind "$1/share" /srv &&
                mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd &&
                exec "$2" -D -e -f "$1/config"
                """;
        return Command.of(
                        "unshare",
                        "--mount",
                        "--propagation=private",
                        "sh",
                        "-c",
                        script,
                        "sshd",
                        home.toString(),
                        Dist.fetched("usr/sbin/sshd"))
                .with(Map.of("LD_LIBRARY_PATH", Dist.libraries().toString()))
                .start();
    }

    private Path share() {
        return home.resolve("share");
    }

    /// Gives a bare repository out.
    void give(Path repository) {
        Path to = share().resolve("made.git");
        Command.of("cp", "-r", repository.toString(), to.toString()).run().expect(0);
        Command.of("chown", "-R", Integer.toString(GIT), to.toString()).run().expect(0);
    }

    String url() {
        return "ssh://git@127.0.0.1:" + port + "/srv/made.git";
    }

    /// Of an agent that has the key.
    String socket() {
        return home.resolve("agent").toString();
    }

    @Override
    public void close() {
        agent.close();
        server.close();
    }
}
