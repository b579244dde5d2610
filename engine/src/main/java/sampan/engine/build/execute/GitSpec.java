package sampan.engine.build.execute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.context.GitAddress;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;
import sampan.engine.images.HostImage;
import sampan.engine.services.BuildRequest;
import sampan.engine.store.Directories;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// The container in which git runs. Closing it removes what was made for it.
final class GitSpec implements AutoCloseable {
    /// User and group that git runs as.
    static final int NOBODY = 65534;

    private static final String WORK = "/tmp/work";
    private static final String PRIVATE = "/tmp/git";
    private static final long PROCESSES_MAX = 512;
    private static final String TOKEN = "GIT_AUTH_TOKEN";
    private static final String HEADER = "GIT_AUTH_HEADER";

    private final Path work;
    private final Path home;
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();

    /// @param work the directory that git may write
    GitSpec(BuildParts parts, BuildRequest request, GitAddress address, Path work) {
        this.work = work;
        try {
            this.home = Files.createTempDirectory(parts.secrets(), "git-");
            closing.push(() -> Directories.removeTree(home));
            Files.writeString(home.resolve("config"), config(request, address.remote()));
            agent(request);
            own();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void own() {
        try (Fd at = Fd.open(home.toString(), Open.PATH | Open.DIRECTORY)) {
            FileOps.fchownAt(at, "", NOBODY, NOBODY);
            FileOps.fchownAt(at, "config", NOBODY, NOBODY);
            if (Files.exists(home.resolve("agent"))) {
                FileOps.fchownAt(at, "agent", NOBODY, NOBODY);
            }
        }
    }

    // What comes is written as it comes, where it is bounded, and not kept in memory by git.
    // In a file in memory, for a container's environment is kept on disk. A token is its host's
    // alone: a submodule elsewhere does not get it, and a redirect is not followed, for git would
    // take it along.
    private static String config(BuildRequest request, String remote) {
        String fixed =
                """
                [core]
                hooksPath = /dev/null
                symlinks = true
                [protocol]
                allow = never
                [protocol "http"]
                allow = always
                [protocol "https"]
                allow = always
                [protocol "git"]
                allow = always
                [protocol "ssh"]
                allow = always
                [advice]
                detachedHead = false
                [fetch]
                unpackLimit = 1
                """;
        if (!remote.startsWith("http://") && !remote.startsWith("https://")) {
            return fixed;
        }
        URI address = URI.create(remote);
        Optional<String> header =
                secret(request, HEADER, address)
                        .or(() -> secret(request, TOKEN, address).map(GitSpec::basic));
        if (header.isEmpty()) {
            return fixed;
        }
        if (header.get().chars().anyMatch(c -> c < ' ' || c == '"' || c == '\\')) {
            throw SampanException.invalid("secret " + HEADER + " is no header's value");
        }
        return fixed
                + "[http \""
                + address.getScheme()
                + "://"
                + address.getRawAuthority()
                + "/\"]\nextraHeader = \"Authorization: "
                + header.get()
                + "\"\n[http]\nfollowRedirects = false\n";
    }

    private static String basic(String token) {
        return "basic "
                + Base64.getEncoder()
                        .encodeToString(
                                ("x-access-token:" + token).getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> secret(BuildRequest request, String name, URI address) {
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return GitFiles.secret(request, name + "." + address.getHost() + port)
                .or(() -> GitFiles.secret(request, name + "." + address.getHost()))
                .or(() -> GitFiles.secret(request, name));
    }

    private void agent(BuildRequest request) throws IOException {
        Optional<Fd> socket = request.running().agents().socket("default");
        if (socket.isPresent()) {
            closing.push(AgentRelay.listen(home.resolve("agent"), socket.get()));
        }
    }

    ContainerSpec make(String script, List<String> words) {
        return new ContainerSpec(
                HostImage.image().id(),
                process(script, words),
                new NamespaceSpec("", "", "", "", "", "", ""),
                new SecuritySpec(
                        false,
                        List.of(),
                        List.of("ALL"),
                        List.of("no-new-privileges"),
                        List.of(),
                        false,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty()),
                ResourceSpec.none().with(l -> l.pidsLimit = Optional.of(PROCESSES_MAX)),
                new StorageSpec(
                        List.of(
                                StepSpec.bind(work.toString(), WORK, true),
                                StepSpec.bind(home.toString(), PRIVATE, false)),
                        List.of(),
                        Map.of(),
                        List.of(),
                        0,
                        Map.of(),
                        ""),
                network(),
                StepSpec.lifecycle(),
                Map.of(),
                StepContainers.annotations());
    }

    private static ProcessSpec process(String script, List<String> words) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "git"));
        command.addAll(words);
        List<String> environment =
                List.of(
                        "HOME=" + WORK,
                        "LC_ALL=C",
                        "GIT_CONFIG_NOSYSTEM=1",
                        "GIT_CONFIG_GLOBAL=" + PRIVATE + "/config",
                        "GIT_TERMINAL_PROMPT=0",
                        "GIT_ALLOW_PROTOCOL=http:https:git:ssh",
                        "GIT_SSH_COMMAND=ssh -F /dev/null -o BatchMode=yes"
                                + " -o StrictHostKeyChecking=accept-new"
                                + " -o UserKnownHostsFile=/dev/null",
                        "SSH_AUTH_SOCK=" + PRIVATE + "/agent");
        return new ProcessSpec(
                Optional.of(List.of()),
                Optional.of(command),
                environment,
                WORK,
                NOBODY + ":" + NOBODY,
                false,
                false,
                false,
                false,
                true,
                true,
                0,
                0);
    }

    // The machine's network, as the daemon's own fetches have it.
    private static NetworkSpec network() {
        return new NetworkSpec(
                "host", false, List.of(), Map.of(), false, List.of(), List.of(), List.of(),
                List.of(), "", "", List.of(), List.of());
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                System.getLogger("sampan.build")
                        .log(System.Logger.Level.WARNING, "after git: " + e.getMessage());
            }
        }
    }
}
