"""What is measured: one function per group of figures, each adding samples to the report.

The bounds are the project's promises; SPECIFICATION.md names the rows by their keys.
"""

import concurrent.futures
import http.client
import os
import tempfile
import time

import images
import registry
import routed
import store
from report import SELF
from spawn import Failed
from unixhttp import Api, Refused

PARALLEL = 8
LINE = "x" * 99  # and a newline: 100 bytes
SETTLE_SECONDS = 2
WARM_UP = 2
MANY_LAYERS = 20
CACHED_BUILDS = 5

now = time.perf_counter


class Figures:
    def __init__(self, report, sampan, engines, runtimes, bound, spawner, options):
        self.report, self.sampan, self.engines = report, sampan, engines
        self.runtimes, self.bound, self.spawner, self.options = runtimes, bound, spawner, options
        self._registry = None

    @property
    def registry(self):
        """Started when the first group wants it."""
        if not self._registry:
            self._registry = registry.Registry(self.options.registry, self.options.docker_net)
        return self._registry

    def close(self):
        if self._registry:
            self._registry.close()

    # Everything the engines do goes through here: one that fails is noted and does not end the rest.
    def each(self, programs, what, action):
        for program in programs:
            try:
                action(program)
            except (Failed, Refused, OSError, http.client.HTTPException, KeyError) as failure:
                self.report.note(f"{program.name}: {what}: {type(failure).__name__}: {failure}")

    def _rounds(self):
        """Warm-up rounds come first, with False."""
        return [False] * WARM_UP + [True] * self.options.rounds

    def _all(self):
        return [self.sampan, *self.engines]

    def _client(self, engine, *words):
        return self.spawner.time(*engine.command(*words), env=engine.env)

    def own(self, *words):
        return self.spawner.time(*self.sampan.ours(*words), env=self.sampan.env)

    def run(self):
        """A container from the command line and back."""
        bridge = self.report.row("run", "`run --rm busybox true`, bridge", "ms", peer="dockerd", first=0.15, moonshot=0.05)
        client = self.report.row("client", "`docker run --rm`, the same client", "ms", peer="dockerd", first=0.4, moonshot=0.2)
        none = self.report.row("run-none", "`run --rm --network none` / bare `crun run`", "ms", peer="crun", first=1.0, moonshot=0.5)
        kernel = self.report.row("kernel", "what the kernel alone takes for the same, bridge", "ms", peer="kernel")
        kernel_none = self.report.row("kernel-none", "what the kernel alone takes, no network", "ms", peer="kernel")
        words = ("run", "--rm", images.BUSYBOX, "true")
        alone = ("run", "--rm", "--network", "none", images.BUSYBOX, "true")

        for counts in self._rounds():
            def keep(row, program, seconds):
                if counts:
                    row.add(program, seconds * 1e3)

            def ours(_):
                took, took_none = self.own(*words), self.own(*alone)
                keep(bridge, SELF, took)
                keep(kernel, SELF, took)
                keep(none, SELF, took_none)
                keep(kernel_none, SELF, took_none)

            def theirs(engine):
                took = self._client(engine, *words)
                keep(client, engine.name, took)
                if engine is not self.sampan:
                    keep(bridge, engine.name, took)
                    keep(none, engine.name, self._client(engine, *alone))

            self.each([self.sampan], "run", ours)
            self.each(self._all(), "docker run", theirs)
            self.each(self.runtimes, "run", lambda runtime: keep(none, runtime.name, runtime.run_true()))
            self.each([self.bound], "lowerbound", lambda bound: keep(kernel, bound.name, bound.seconds("overlay", "cgroup", "veth")))
            self.each([self.bound], "lowerbound", lambda bound: keep(kernel_none, bound.name, bound.seconds("overlay", "cgroup")))

    def api(self):
        """create, start, wait, remove on one connection."""
        row = self.report.row("api", "API create+start+wait+remove, one connection", "ms", peer="dockerd", first=0.15, moonshot=0.05)
        parts = {
            part: self.report.row(f"api-{part}", f"of it: {part}", "ms", peer="dockerd")
            for part in ("create", "start", "wait", "remove")
        }
        for counts in self._rounds():
            def whole(engine):
                api = engine.api
                times = [now()]
                container = engine.create(api, "true")
                times.append(now())
                api("POST", f"/containers/{container}/start")
                times.append(now())
                status = api("POST", f"/containers/{container}/wait")["StatusCode"]
                times.append(now())
                api("DELETE", f"/containers/{container}")
                times.append(now())
                if status:
                    raise Failed(f"the container ended with {status}")
                if counts:
                    row.add(engine.name, (times[4] - times[0]) * 1e3)
                    for index, part in enumerate(parts.values()):
                        part.add(engine.name, (times[index + 1] - times[index]) * 1e3)

            self.each(self._all(), "api", whole)

    def exec(self):
        row = self.report.row("exec", "`exec true`", "ms", peer="dockerd", first=0.2, moonshot=0.08)
        client = self.report.row("exec-client", "`docker exec true`, the same client", "ms", peer="dockerd")
        direct = self.report.row("exec-api", "exec true by the API", "ms", peer="dockerd")
        containers = {}

        def begin(engine):
            containers[engine.name] = engine.start(engine.api, "sleep", "1000", network="none")

        self.each(self._all(), "exec", begin)
        for counts in self._rounds():
            def once(engine):
                container = containers[engine.name]
                took = self._client(engine, "exec", container, "true")
                own = self.own("exec", container, "true") if engine is self.sampan else took
                start = now()
                body = {"Cmd": ["true"], "AttachStdout": True, "AttachStderr": True}
                process = engine.api("POST", f"/containers/{container}/exec", body)["Id"]
                engine.api.read_all("POST", f"/exec/{process}/start", {"Detach": False, "Tty": False})
                if counts:
                    row.add(engine.name, own * 1e3)
                    client.add(engine.name, took * 1e3)
                    direct.add(engine.name, (now() - start) * 1e3)

            self.each([e for e in self._all() if e.name in containers], "exec", once)
        self.each(self._all(), "exec", lambda engine: engine.remove_ours())

    def many(self):
        """Many at once, and the memory of an idle engine and of an idle container."""
        count = self.options.many
        starts = self.report.row("many", f"containers started per second, {count} with parallelism {PARALLEL}", "1/s", peer="dockerd", first=6, moonshot=15, more=True)
        ends = self.report.row("many-remove", f"stopped and removed per second, {count}", "1/s", peer="dockerd", more=True)
        each = self.report.row("memory-container", "memory added per idle container (PSS)", "KiB", peer="dockerd", first=0.1, moonshot=0.02)
        idle = self.report.row("memory-idle", "memory of the idle engine (PSS)", "MiB", peer="dockerd", first=0.7, moonshot=0.4)

        def measure(engine):
            time.sleep(SETTLE_SECONDS)
            before = engine.pss_kib()
            idle.add(engine.name, before / 1024)
            connections = [Api(engine.socket) for _ in range(PARALLEL)]

            def start(worker):
                return [engine.start(connections[worker], "sleep", "1000") for _ in range(worker, count, PARALLEL)]

            def remove(worker, ids):
                for container in ids:
                    connections[worker]("POST", f"/containers/{container}/stop?t=5")
                    connections[worker]("DELETE", f"/containers/{container}")

            with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
                begin = now()
                started = list(pool.map(start, range(PARALLEL)))
                starts.add(engine.name, count / (now() - begin))
                time.sleep(SETTLE_SECONDS)
                each.add(engine.name, (engine.pss_kib() - before) / count)
                begin = now()
                list(pool.map(remove, range(PARALLEL), started))
                ends.add(engine.name, count / (now() - begin))
            for connection in connections:
                connection.close()

        for _ in range(self.options.repeats):
            self.each(self._all(), "many", measure)
            self.each(self._all(), "many", lambda engine: engine.remove_ours())

    def growth(self):
        """Whether the five hundredth costs more than the first."""
        count = self.options.growth
        row = self.report.row("growth", f"time to start the {count}th running container / the first", "ratio", first=1.3, moonshot=1.1)
        listing = self.report.row("ps", f"`docker ps` with {count} running", "ms", first=50, moonshot=25)
        monitor = self.report.row("memory-monitor", f"memory per idle container with {count} (PSS)", "KiB", first=480, moonshot=40)
        api = self.sampan.api
        window = max(5, count // 25)

        def measure(engine):
            for _ in range(WARM_UP):
                engine.start(api, "sleep", "1000")
            engine.remove_ours()
            time.sleep(SETTLE_SECONDS)
            before = engine.pss_kib()
            times = []
            for _ in range(count):
                begin = now()
                engine.start(api, "sleep", "1000")
                times.append(now() - begin)
            early, late = sorted(times[:window])[window // 2], sorted(times[-window:])[window // 2]
            row.add(SELF, late / early)
            time.sleep(SETTLE_SECONDS)
            monitor.add(SELF, (engine.pss_kib() - before) / count)
            for _ in range(5):
                listing.add(SELF, self._client(engine, "ps", "-q") * 1e3)

        self.each([self.sampan], "growth", measure)
        self.each([self.sampan], "growth", lambda engine: engine.remove_ours())

    def version(self):
        row = self.report.row("version", "`version`, there and back", "ms", peer="dockerd", first=0.3, moonshot=0.1)
        client = self.report.row("version-client", "`docker version`, the same client", "ms", peer="dockerd")
        for counts in self._rounds():
            def once(engine):
                took = self._client(engine, "version")
                own = self.own("version") if engine is self.sampan else took
                if counts:
                    row.add(engine.name, own * 1e3)
                    client.add(engine.name, took * 1e3)

            self.each(self._all(), "version", once)

    def load(self):
        row = self.report.row("load", "`docker load` of a Debian image", "s", peer="dockerd", first=0.7, moonshot=0.4)
        remove = self.report.row("rmi", "`docker rmi` of it", "s", peer="dockerd")
        archive = self.options.debian
        reference = images.reference_of(archive)

        def once(engine):
            self.spawner.output(*engine.command("rmi", "-f", reference), env=engine.env, check=False)
            row.add(engine.name, self._client(engine, "load", "-i", archive))
            remove.add(engine.name, self._client(engine, "rmi", "-f", reference))

        for _ in range(self.options.repeats):
            self.each(self._all(), "load", once)

    def pull(self):
        """Of a cold store, and of one where everything is; from a real registry on the loopback."""
        here = self.report.row("pull-here", "`pull` when all layers are there", "ms", peer="dockerd", first=0.3, moonshot=0.1)
        client = self.report.row("pull-here-client", "`docker pull` when all layers are there, the same client", "ms", peer="dockerd")
        for key, words, reference in (
            ("pull-debian", "a Debian image", self._debian_in_registry()),
            ("pull-many", f"an image of {MANY_LAYERS} layers, {MANY_LAYERS * self.options.layer_mib} MiB", self._many_in_registry()),
        ):
            row = self.report.row(key, f"`docker pull` of {words}, cold", "s", peer="dockerd", first=0.7, moonshot=0.35)

            def once(engine, row=row, reference=reference):
                self.spawner.output(*engine.command("rmi", "-f", reference), env=engine.env, check=False)
                row.add(engine.name, self._client(engine, "pull", "-q", reference))
                for _ in range(3):
                    took = self._client(engine, "pull", "-q", reference)
                    client.add(engine.name, took * 1e3)
                    here.add(engine.name, (self.own("pull", "-q", reference) if engine is self.sampan else took) * 1e3)
                self.spawner.output(*engine.command("rmi", "-f", reference), env=engine.env)

            for _ in range(self.options.repeats):
                self.each(self._all(), key, once)

    def _debian_in_registry(self):
        """With a file of its own in the layer, so that no engine has it from another image."""
        return self.registry.image("bench/debian-own", [registry.with_a_mark(registry.layer_of_archive(self.options.debian))])

    def _many_in_registry(self):
        tars = registry.layers(self.options.busybox, MANY_LAYERS, self.options.layer_mib)
        return self.registry.image(f"bench/many{self.options.layer_mib}", tars)

    def push(self):
        """One new layer on top of those that the registry has."""
        row = self.report.row("push", f"`docker push` of {MANY_LAYERS} layers, 1 changed", "s", peer="dockerd", first=0.7, moonshot=0.4)
        base = self._many_in_registry()
        name = base.rsplit(":", 1)[0] if base.count(":") > 1 else base

        half = self.options.layer_mib << 19

        def once(engine, number):
            self.spawner.output(*engine.command("pull", "-q", base), env=engine.env)
            container = engine.api("POST", "/containers/create", {
                # as compressible as the other layers
                "Image": base, "Cmd": ["sh", "-c", f"(head -c {half} /dev/urandom; yes {engine.name}{number} | head -c {half}) > /changed"],
                "HostConfig": {"NetworkMode": "none"},
            })["Id"]
            engine.api("POST", f"/containers/{container}/start")
            engine.api("POST", f"/containers/{container}/wait")
            changed = f"{name}:{engine.name}{number}"
            self.spawner.output(*engine.command("commit", container, changed), env=engine.env)
            row.add(engine.name, self._client(engine, "push", "-q", changed))
            engine.api("DELETE", f"/containers/{container}?force=1")
            self.spawner.output(*engine.command("rmi", "-f", changed), env=engine.env)

        for number in range(self.options.repeats):
            self.each(self._all(), "push", lambda engine, number=number: once(engine, number))
        self.each(self._all(), "push", lambda engine: self.spawner.output(*engine.command("rmi", "-f", base), env=engine.env))

    def build(self):
        """Thirty steps by the same docker client, with its classic builder and, where it has buildx, with BuildKit; by our own client too."""
        cold = self.report.row("build-cold", "`docker build` of 30 steps, cold, classic builder", "s", peer="dockerd", first=0.4, moonshot=0.2)
        cached = self.report.row("build-cached", "the same, fully cached; ours by `sampan build`", "ms", peer="dockerd", first=0.5, moonshot=0.1)
        client = self.report.row("build-cached-client", "the same, fully cached, the same client", "ms", peer="dockerd")
        stages = self.report.row("build-stages", "four independent stages of one second each / one second", "s", first=1.3, moonshot=1.1)
        self.report.row("build-stages-client", "the same / dockerd", "s", peer="dockerd")
        home = tempfile.TemporaryDirectory(prefix="sampan-bench-build-")
        thirty = images.context(home.name, "thirty", f"FROM {images.BUSYBOX}\n" + "".join(f"RUN echo {i} > /f{i}\n" for i in range(29)))
        four = images.context(
            home.name,
            "four",
            "".join(f"FROM {images.BUSYBOX} AS s{i}\nRUN sleep 1; echo {i} > /f{i}\n" for i in range(4))
            + f"FROM {images.BUSYBOX}\n"
            + "".join(f"COPY --from=s{i} /f{i} /\n" for i in range(4)),
        )

        def docker(engine, *words):
            return self.spawner.time(*engine.command("build", "-q", *words), env={**engine.env, "DOCKER_BUILDKIT": "0"})

        def warm_up(engine):
            docker(engine, thirty)
            if engine is self.sampan:
                for _ in range(WARM_UP):
                    self.own("build", "-q", thirty)

        def once(engine):
            cold.add(engine.name, docker(engine, "--no-cache", thirty))
            docker(engine, thirty)
            for _ in range(CACHED_BUILDS):
                took = docker(engine, thirty) * 1e3
                client.add(engine.name, took)
                cached.add(engine.name, self.own("build", "-q", thirty) * 1e3 if engine is self.sampan else took)
            took = docker(engine, "--no-cache", four)
            self.report.rows["build-stages-client"].add(engine.name, took)
            if engine is self.sampan:
                stages.add(SELF, self.own("build", "-q", "--no-cache", four))

        self.each(self._all(), "build", warm_up)
        for _ in range(self.options.repeats):
            self.each(self._all(), "build", once)
        self._by_buildkit(home.name, thirty)
        home.cleanup()

    def _by_buildkit(self, folder, thirty):
        """What `docker build` of a usual installation does: the client's plugin speaks BuildKit's wire."""
        cold = self.report.row("build-cold-buildkit", "`docker build` of 30 steps by BuildKit's wire, cold", "s", peer="dockerd", first=0.4, moonshot=0.2)
        cached = self.report.row("build-cached-buildkit", "the same, fully cached; ours by `sampan build`", "ms", peer="dockerd", first=0.5, moonshot=0.1)
        client = self.report.row("build-cached-buildkit-client", "the same, fully cached, the same client", "ms", peer="dockerd")
        if not self.options.buildx:
            self.report.note("no buildx: BuildKit is left out")
            return
        plugins = os.path.join(folder, "docker/cli-plugins")
        os.makedirs(plugins)
        os.symlink(self.options.buildx, os.path.join(plugins, "docker-buildx"))

        def docker(engine, *words):
            env = {**engine.env, "DOCKER_BUILDKIT": "1", "DOCKER_CONFIG": os.path.dirname(plugins)}
            return self.spawner.time(*engine.command("build", "-q", *words), env=env)

        def once(engine):
            cold.add(engine.name, docker(engine, "--no-cache", thirty))
            docker(engine, thirty)
            for _ in range(CACHED_BUILDS):
                took = docker(engine, thirty) * 1e3
                client.add(engine.name, took)
                cached.add(engine.name, self.own("build", "-q", thirty) * 1e3 if engine is self.sampan else took)

        for _ in range(self.options.repeats):
            self.each(self._all(), "build by BuildKit", once)

    def logs(self):
        size = self.options.log_mib
        write = self.report.row("log-write", f"a container printing {size} MiB", "s", peer="dockerd", first=0.5, moonshot=0.25)
        read = self.report.row("log-read", f"`docker logs` of {size} MiB", "s", peer="dockerd", first=0.5, moonshot=0.25)
        own = self.report.row("log-read-own", f"`sampan logs` of {size} MiB / `docker logs`", "s", peer="dockerd")
        direct = self.report.row("log-read-api", f"logs of {size} MiB by the API", "s", peer="dockerd")
        expected = size << 20

        def once(engine):
            container = engine.create(engine.api, "sh", "-c", f"yes {LINE} | head -c {expected}", network="none")
            begin = now()
            engine.api("POST", f"/containers/{container}/start")
            engine.api("POST", f"/containers/{container}/wait")
            write.add(engine.name, now() - begin)
            begin = now()
            got = engine.api.read_all("GET", f"/containers/{container}/logs?stdout=1&stderr=1")
            direct.add(engine.name, now() - begin)
            if got < expected:
                raise Failed(f"logs gave {got} bytes of {expected}")
            took = self._client(engine, "logs", container)
            read.add(engine.name, took)
            own.add(engine.name, self.own("logs", container) if engine is self.sampan else took)

        for _ in range(self.options.repeats):
            self.each(self._all(), "logs", once)
            self.each(self._all(), "logs", lambda engine: engine.remove_ours())

    def unpack(self):
        store.unpack(self)

    def memory(self):
        store.memory(self)

    def disk(self):
        store.disk(self)

    def gateway(self):
        routed.gateway(self)

    def boot(self):
        """The daemon's start, with the images it has; the first start of the run is not counted."""
        row = self.report.row("boot", "daemon start to first answer", "ms", first=300, moonshot=100)

        def once(sampan):
            sampan.end()
            row.add(SELF, sampan.launch() * 1e3)

        for _ in range(max(3, self.options.rounds // 2)):
            self.each([self.sampan], "boot", once)


GROUPS = ("version", "run", "api", "exec", "many", "load", "pull", "push", "build", "unpack", "memory", "disk", "logs", "gateway", "boot", "growth")
