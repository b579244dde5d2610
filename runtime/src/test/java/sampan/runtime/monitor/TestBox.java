package sampan.runtime.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import sampan.linux.poll.Poller;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Root;
import sampan.oci.spec.Spec;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.PlanCompiler;
import sampan.runtime.compile.RootSource;
import sampan.runtime.compile.Stdio;
import sampan.runtime.plan.LaunchPlan;

/// A directory of its own with a root filesystem of busybox, and the real launcher.
final class TestBox implements AutoCloseable {
    static final int SECONDS_MAX = 30;

    final Path directory;
    final Path rootfs;
    final Path task;
    final Poller poller = Poller.start("test-poller");
    final Launcher launcher;

    /// What a monitor reported, in order.
    static final class Reports implements MonitorListener {
        final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

        record Created(int pid) {}

        record Started(int pid, Instant at) {}

        record Detached(int errno) {}

        record Lost() {}

        @Override
        public void created(int pid) {
            queue.add(new Created(pid));
        }

        @Override
        public void started(int pid, Instant at) {
            queue.add(new Started(pid, at));
        }

        @Override
        public void failed(StepFailure failure) {
            queue.add(failure);
        }

        @Override
        public void exited(ExitRecord exit) {
            queue.add(exit);
        }

        @Override
        public void detached(int errno) {
            queue.add(new Detached(errno));
        }

        @Override
        public void lost() {
            queue.add(new Lost());
        }

        <T> T next(Class<T> type) throws InterruptedException {
            Object report = queue.poll(SECONDS_MAX, TimeUnit.SECONDS);
            assertThat(report).isInstanceOf(type);
            return type.cast(report);
        }
    }

    TestBox(Path directory) throws IOException {
        this.directory = directory;
        this.rootfs = Files.createDirectories(directory.resolve("rootfs"));
        this.task = Files.createDirectories(directory.resolve("task"));
        Path bin = Files.createDirectories(rootfs.resolve("bin"));
        Path busybox = Path.of("/usr/bin/busybox");
        Files.copy(busybox, bin.resolve("busybox"));
        for (String name :
                List.of(
                        "sh",
                        "cat",
                        "echo",
                        "id",
                        "ls",
                        "mount",
                        "stat",
                        "true",
                        "false",
                        "grep",
                        "hostname",
                        "sleep",
                        "touch",
                        "tty",
                        "stty",
                        "ps",
                        "kill",
                        "umask",
                        "env",
                        "readlink",
                        "test",
                        "mkdir",
                        "ip",
                        "chmod",
                        "od",
                        "head",
                        "wc",
                        "date")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
        }
        for (String name : List.of("proc", "sys", "dev", "etc", "tmp")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        Files.writeString(
                rootfs.resolve("etc/passwd"),
                "root:x:0:0::/root:/bin/sh\nsailor:x:1000:1001::/home/sailor:/bin/sh\n");
        String binary = System.getProperty("sampan.launch", "../build/native/sampan-launch");
        this.launcher = new Launcher(Path.of(binary), poller);
    }

    static List<Mount> mounts() {
        return List.of(
                Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
                Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755"),
                Mount.of(
                        "devpts",
                        "devpts",
                        "/dev/pts",
                        "nosuid",
                        "noexec",
                        "newinstance",
                        "ptmxmode=0666",
                        "mode=0620",
                        "gid=5"),
                Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
                Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
                Mount.of("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777"));
    }

    static ContainerProcess.Builder process(String script) {
        return ContainerProcess.builder(List.of("sh", "-c", script)).env(List.of("PATH=/bin"));
    }

    static Linux linux() {
        return Linux.builder()
                .namespaces(
                        List.of(
                                Namespace.create("pid"),
                                Namespace.create("mount"),
                                Namespace.create("ipc"),
                                Namespace.create("uts"),
                                Namespace.create("network"),
                                Namespace.create("cgroup")))
                .build();
    }

    Spec.Builder spec(ContainerProcess process) {
        return Spec.builder()
                .process(process)
                .root(new Root("rootfs", false))
                .hostname("box")
                .mounts(mounts())
                .linux(linux());
    }

    LaunchContext.Builder context() {
        return LaunchContext.builder(
                        "test-" + directory.getFileName(),
                        new RootSource.Directory(rootfs.toString()),
                        rootfs.toString())
                .bundle(directory.toString());
    }

    /// What a script prints that runs with these changes; it must end with 0.
    String output(Spec spec, LaunchContext.Builder context, Fd... more)
            throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        List<Fd> fds = new ArrayList<>();
        try (Fd null0 = Fd.open("/dev/null", Open.RDWR);
                Fd file = Fd.open(out.toString(), Open.RDWR | Open.CREAT | Open.TRUNC, 0644)) {
            fds.addAll(List.of(null0, file, file));
            fds.addAll(List.of(more));
            LaunchPlan plan =
                    PlanCompiler.compile(
                            spec, context.stdio(new Stdio.Inherit()).fdCount(fds.size()).build());
            ExitRecord exit = run(plan, fds);
            String text = Files.readString(out);
            assertThat(exit.status()).as(text).isEqualTo(new ExitStatus.Exited(0));
            return text;
        }
    }

    String output(String script) throws IOException, InterruptedException {
        return output(spec(process(script).build()).build(), context());
    }

    ExitRecord run(LaunchPlan plan, List<Fd> fds) throws InterruptedException {
        Reports reports = new Reports();
        try (Monitor monitor = launcher.launch(plan, fds, reports)) {
            assertThat(monitor.pid()).isPositive();
            reports.next(Reports.Started.class);
            return reports.next(ExitRecord.class);
        }
    }

    StepFailure fail(LaunchPlan plan, List<Fd> fds) throws InterruptedException {
        Reports reports = new Reports();
        try (Monitor monitor = launcher.launch(plan, fds, reports)) {
            assertThat(monitor.pid()).isPositive();
            return reports.next(StepFailure.class);
        }
    }

    @Override
    public void close() {
        launcher.close();
        poller.close();
    }
}
