"""Containers from create to remove, volumes, commits: every verb, at four versions of the API."""

import io
import json
import tarfile
import threading
import time
import urllib.parse

from compare import PREFIX
from reads import filters

SLEEPER = ["sh", "-c", "echo out; sleep 0.1; echo err >&2; trap 'exit 3' TERM; while :; do sleep 0.1; done"]

# Every field that a create takes, with a value that is not its default.
FULL = {
    "Hostname": "box", "Domainname": "example", "User": "0:0", "AttachStdin": False, "AttachStdout": True,
    "AttachStderr": True, "ExposedPorts": {"80/tcp": {}, "53/udp": {}}, "Tty": False, "OpenStdin": True,
    "StdinOnce": True, "Env": ["A=1", "B"], "Cmd": ["-c", "sleep 100"], "Entrypoint": ["sh"], "Image": "busybox",
    "Volumes": {"/anon": {}}, "WorkingDir": "/work/../dir", "Labels": {"l": "1", "differential": "full"},
    "StopSignal": "SIGUSR1", "StopTimeout": 3,
    "HostConfig": {
        "Binds": ["/tmp:/bound:ro", PREFIX + "volume:/named"], "ContainerIDFile": "/dev/null",
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
        "NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]},
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "AutoRemove": False, "VolumeDriver": "local",
        "Mounts": [{"Type": "tmpfs", "Target": "/tm", "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 448}},
                   {"Type": "bind", "Source": "/usr", "Target": "/usr2", "ReadOnly": True,
                    "BindOptions": {"Propagation": "rprivate"}},
                   {"Type": "volume", "Source": PREFIX + "mounted", "Target": "/mo",
                    "VolumeOptions": {"NoCopy": True, "Labels": {"x": "y"}}}],
        "ConsoleSize": [30, 100], "Annotations": {"note": "x"}, "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD"],
        "CgroupnsMode": "private", "Dns": ["192.0.2.1"], "DnsOptions": ["ndots:2"], "DnsSearch": ["example.org"],
        "ExtraHosts": ["one:192.0.2.9", "gate:host-gateway"], "GroupAdd": ["20"], "IpcMode": "shareable",
        "OomScoreAdj": 100, "PidMode": "", "Privileged": False, "PublishAllPorts": False, "ReadonlyRootfs": False,
        "SecurityOpt": ["no-new-privileges"], "Tmpfs": {"/run2": "rw,size=65536k"}, "UTSMode": "", "UsernsMode": "",
        "ShmSize": 33554432, "Sysctls": {"net.ipv4.ip_forward": "0"}, "Isolation": "", "Init": True,
        "MaskedPaths": ["/proc/kcore"], "ReadonlyPaths": ["/proc/sys"],
        "CpuShares": 512, "Memory": 67108864, "CgroupParent": "", "BlkioWeight": 0, "CpuPeriod": 100000,
        "CpuQuota": 50000, "CpusetCpus": "0", "CpusetMems": "0",
        "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nil", "CgroupPermissions": "rw"}],
        "DeviceCgroupRules": ["c 1:3 r"], "MemoryReservation": 33554432, "MemorySwap": 134217728,
        "PidsLimit": 50, "Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 200}],
    },
}


def run(pair):
    for version in pair.versions:
        pair.version = version
        life(pair)
        full(pair)
        lists(pair)
        execs(pair)
        files(pair)
        commits(pair)
        volumes(pair)
        clean(pair)


def create(pair, name, compare=True, **fields):
    body = {"Image": "busybox", "Cmd": SLEEPER, "Labels": {"differential": "1"}, **fields}
    ask = pair.call if compare else pair.quiet
    if compare:
        return pair.call("POST", f"/containers/create?name={PREFIX}{name}", body, save=name)
    answers = ask("POST", f"/containers/create?name={PREFIX}{name}", body)
    for engine, answer in zip((pair.peer, pair.ours), answers):
        engine.names[name] = answer.document()["Id"]
    return answers


def clean(pair):
    def remove(engine):
        found = engine.call("GET", "/v1.43/containers/json?all=1").document()
        for container in found:
            if container["Names"][0].startswith("/" + PREFIX):
                engine.call("DELETE", f"/v1.43/containers/{container['Id']}?force=1&v=1")
        for name in ("volume", "mounted", "made"):
            engine.call("DELETE", f"/v1.43/volumes/{PREFIX}{name}?force=1")
        for tag in ("committed", "tagged"):
            engine.call("DELETE", f"/v1.43/images/{PREFIX}{tag}:1?force=1")

    pair.both(remove)


def life(pair):
    create(pair, "a")
    pair.call("GET", "/containers/{a}/json", label="GET /containers/{created}/json")
    pair.call("GET", "/containers/{a}/top", label="GET /containers/{created}/top")
    pair.call("GET", "/containers/{a}/stats?stream=0&one-shot=1", label="GET /containers/{created}/stats")
    for verb in ("pause", "unpause", "kill", "stop"):
        pair.call("POST", f"/containers/{{a}}/{verb}", label=f"POST /containers/{{created}}/{verb}")
    pair.call("POST", "/containers/{a}/resize?h=10&w=10", label="POST /containers/{created}/resize")
    pair.call("POST", "/containers/{a}/start")
    pair.call("POST", "/containers/{a}/start", label="POST /containers/{running}/start")
    time.sleep(0.3)
    pair.call("GET", "/containers/{a}/json")
    pair.call("GET", "/containers/{a}/json?size=1", label="GET /containers/{running}/json?size=1")
    pair.call("GET", "/containers/" + PREFIX + "a/json", label="GET /containers/{name}/json")
    for query in ("", "?ps_args=-o%20pid,comm", "?ps_args=aux", "?ps_args=-o%20comm", "?ps_args=--nonsense"):
        peers, own = pair.quiet("GET", "/containers/{a}/top" + query)
        pair.same(f"GET /containers/{{id}}/top{query}", _titles(peers), _titles(own))
    for query in ("stdout=1&stderr=1", "stdout=1", "stderr=1&timestamps=1&tail=0", "stdout=1&tail=1", "stdout=1&since=1", "stdout=1&until=1", "",
                  "stdout=1&tail=x", "stdout=1&since=x", "stdout=1&details=1"):
        pair.call("GET", "/containers/{a}/logs?" + query)
    pair.call("GET", "/containers/{a}/changes")
    pair.call("GET", "/containers/{a}/stats?stream=0&one-shot=1")
    pair.call("GET", "/containers/{a}/stats?stream=0")
    pair.call("GET", "/containers/{a}/stats?stream=1&one-shot=1", limit=1)
    pair.call("GET", "/containers/{a}/stats", limit=1)
    pair.call("POST", "/containers/{a}/resize?h=10&w=10")
    pair.call("POST", "/containers/{a}/resize?h=x&w=10")
    pair.call("POST", "/containers/{a}/update", {"Memory": 134217728, "MemorySwap": 134217728, "CpuShares": 300})
    pair.call("GET", "/containers/{a}/json", label="GET /containers/{updated}/json")
    pair.call("POST", "/containers/{a}/rename?name=" + PREFIX + "b")
    pair.call("POST", "/containers/{a}/rename?name=" + PREFIX + "b", label="POST /containers/{same}/rename")
    pair.call("POST", "/containers/{a}/pause")
    pair.call("POST", "/containers/{a}/pause", label="POST /containers/{paused}/pause")
    pair.call("GET", "/containers/{a}/json", label="GET /containers/{paused}/json")
    pair.call("DELETE", "/containers/{a}", label="DELETE /containers/{paused}")
    pair.call("POST", "/containers/{a}/start", label="POST /containers/{paused}/start")
    pair.call("POST", "/containers/{a}/exec", {"Cmd": ["true"]}, label="POST /containers/{paused}/exec")
    pair.call("POST", "/containers/{a}/unpause")
    pair.call("POST", "/containers/{a}/unpause", label="POST /containers/{running}/unpause")
    pair.call("DELETE", "/containers/{a}", label="DELETE /containers/{running}")
    pair.call("POST", "/containers/{a}/kill?signal=NONSENSE")
    pair.call("POST", "/containers/{a}/kill?signal=0")
    pair.call("POST", "/containers/{a}/kill?signal=USR9")
    pair.call("POST", "/containers/{a}/kill?signal=999")
    pair.call("POST", "/containers/{a}/restart?t=0")
    pair.call("POST", "/containers/{a}/stop?t=x")
    pair.call("POST", "/containers/{a}/stop?signal=NONSENSE")
    time.sleep(1)  # the shell sets its trap
    pair.call("POST", "/containers/{a}/stop?t=20")
    pair.call("POST", "/containers/{a}/stop", label="POST /containers/{stopped}/stop")
    pair.call("GET", "/containers/{a}/json", label="GET /containers/{stopped}/json")
    pair.call("GET", "/containers/{a}/stats?stream=0&one-shot=1", label="GET /containers/{stopped}/stats")
    for verb in ("kill", "pause", "unpause"):
        pair.call("POST", f"/containers/{{a}}/{verb}", label=f"POST /containers/{{stopped}}/{verb}")
    for condition in ("", "not-running", "nonsense"):
        pair.call("POST", f"/containers/{{a}}/wait?condition={condition}", label=f"POST /containers/{{stopped}}/wait {condition}")
    pair.call("DELETE", "/containers/{a}?link=1")
    pair.call("DELETE", "/containers/{a}?v=1")
    pair.call("DELETE", "/containers/{a}", label="DELETE /containers/{gone}")
    pair.call("GET", "/containers/{a}/json", label="GET /containers/{gone}/json")
    waits(pair)


def waits(pair):
    create(pair, "w", compare=False, Cmd=["sh", "-c", "sleep 0.5; exit 5"])
    for condition in ("next-exit", "removed", "not-running"):

        def wait(engine, condition=condition):

            answers = []
            thread = threading.Thread(target=lambda: answers.append(engine.call(
                "POST", pair.path(f"/containers/{{w}}/wait?condition={condition}"))))
            thread.start()
            time.sleep(0.3)
            engine.call("POST", pair.path("/containers/{w}/start"))
            if condition == "removed":
                time.sleep(1)
                engine.call("DELETE", pair.path("/containers/{w}?force=1"))
            thread.join()
            return answers[0]

        peers, own = pair.both(wait)
        pair.compare(f"POST /containers/{{id}}/wait {condition}", lambda c: c.answers(peers, own))
        if condition == "removed":
            create(pair, "w", compare=False, Cmd=["sh", "-c", "exit 5"])


def _titles(answer):
    document = answer.document()
    if answer.status != 200:
        return [answer.status, document]
    return [answer.status, document["Titles"], len(document["Processes"][0])]


def full(pair):
    body = json.loads(json.dumps(FULL))
    pair.call("POST", f"/containers/create?name={PREFIX}full", body, save="full", label="POST /containers/create (every field)")
    pair.call("GET", "/containers/{full}/json", label="GET /containers/{full}/json")
    pair.call("POST", "/containers/{full}/start", label="POST /containers/{full}/start")
    pair.call("GET", "/containers/{full}/json", label="GET /containers/{full, running}/json")
    pair.call("DELETE", "/containers/{full}?force=1&v=1")


def lists(pair):
    create(pair, "one", Env=["X=1"], ExposedPorts={"80/tcp": {}}, Volumes={"/anon": {}})
    create(pair, "two", HostConfig={"NetworkMode": "none"}, Cmd=["false"], Labels={"differential": "2", "x": "y z"})
    pair.call("POST", "/containers/{one}/start")
    pair.call("POST", "/containers/{two}/start")
    pair.quiet("POST", "/containers/{two}/wait")
    time.sleep(0.5)
    for each in (
        {"status": ["exited"]}, {"status": ["running"]}, {"exited": ["1"]}, {"exited": ["x"]}, {"status": ["nonsense"]},
        {"name": [PREFIX + "one"]}, {"name": ["^/" + PREFIX + "two$"]}, {"label": ["differential"]},
        {"label": ["differential=2"]}, {"label": ["x=y z"]}, {"label!": ["x"]}, {"network": ["none"]},
        {"network": ["bridge"]}, {"volume": ["/anon"]}, {"ancestor": ["busybox"]}, {"ancestor": ["none-such"]},
        {"expose": ["80/tcp"]}, {"expose": ["80"]}, {"expose": ["x"]}, {"publish": ["80"]}, {"publish": ["1-x"]},
        {"is-task": ["true"]}, {"is-task": ["false"]}, {"is-task": ["x"]}, {"health": ["none"]}, {"health": ["x"]},
        {"isolation": ["default"]}, {"before": [PREFIX + "two"]}, {"since": [PREFIX + "one"]}, {"before": ["none-such"]},
        {"since": ["none-such"]}, {"nonsense": ["x"]}, {"id": ["zzz"]}, {"name": ["[a"]},
    ):
        query = {"label": ["differential"], **each} if "name" not in each else each
        pair.call("GET", f"/containers/json?all=1&filters={filters(**query)}", label=f"GET /containers/json {json.dumps(each)}")
    named = filters(label=["differential"])
    pair.call("GET", f"/containers/json?filters={named}", label="GET /containers/json running")
    pair.call("GET", f"/containers/json?size=1&all=1&filters={named}", label="GET /containers/json size")
    pair.call("GET", f"/containers/json?limit=1&filters={named}", label="GET /containers/json limit")
    pair.call("GET", "/containers/json?limit=x")
    pair.call("GET", "/containers/json?filters=x")
    pair.call("GET", "/containers/json?filters=" + urllib.parse.quote('{"label":{"differential":true}}'))
    pair.call("GET", "/containers/json?filters=" + urllib.parse.quote('{"label":"differential"}'))
    pair.call("GET", "/containers/{one}/export")
    pair.call("POST", "/containers/prune?filters=" + filters(label=["none-such"]))
    pair.call("POST", "/containers/prune?filters=" + filters(nonsense=["x"]))
    pair.call("POST", "/containers/prune?filters=" + filters(until=["x"]))
    pair.call("POST", "/containers/prune?filters=" + filters(label=["differential=2"]))
    pair.call("DELETE", "/containers/{one}?force=1&v=1")


def execs(pair):
    create(pair, "ex", compare=False)
    pair.call("POST", "/containers/{ex}/exec", {"Cmd": ["true"]}, label="POST /containers/{created}/exec")
    pair.quiet("POST", "/containers/{ex}/start")
    pair.call("POST", "/containers/{ex}/exec", {"Cmd": ["sh", "-c", "echo o; sleep 0.1; echo e >&2; exit 4"], "AttachStdout": True,
                                                "AttachStderr": True, "Env": ["Q=1"], "WorkingDir": "/tmp", "User": "0"}, save="e1")
    pair.call("GET", "/exec/{e1}/json", label="GET /exec/{created}/json")
    pair.call("POST", "/exec/{e1}/resize?h=10&w=10", label="POST /exec/{created}/resize")
    pair.call("POST", "/exec/{e1}/start", {"Detach": False, "Tty": False})
    pair.call("GET", "/exec/{e1}/json", label="GET /exec/{ended}/json")
    pair.call("POST", "/exec/{e1}/start", {}, label="POST /exec/{ended}/start")
    pair.call("POST", "/exec/{e1}/resize?h=10&w=10", label="POST /exec/{ended}/resize")
    pair.call("POST", "/containers/{ex}/exec", {"Cmd": ["sleep", "100"], "Tty": True, "Privileged": True, "AttachStdin": True,
                                                "DetachKeys": "ctrl-x"}, save="e2")
    pair.call("POST", "/exec/{e2}/start", {"Detach": True, "Tty": True}, label="POST /exec/{id}/start detached")
    pair.call("GET", "/exec/{e2}/json", label="GET /exec/{running}/json")
    pair.call("POST", "/exec/{e2}/start", {}, label="POST /exec/{running}/start")
    pair.call("POST", "/exec/{e2}/resize?h=10&w=10", label="POST /exec/{running}/resize")
    pair.call("POST", "/exec/{e2}/resize?h=x&w=10")
    for body in ({}, {"Cmd": []}, {"Cmd": "true"}, {"Cmd": ["true"], "DetachKeys": "nonsense"}, {"Cmd": ["true"], "User": "none-such"},
                 {"Cmd": ["true"], "Env": ["=x"]}, {"Cmd": ["none-such"], "AttachStdout": True}, {"Cmd": ["/etc/passwd"], "AttachStdout": True},
                 {"Cmd": ["true"], "WorkingDir": "relative"}, {"Cmd": ["true"], "ConsoleSize": [1]}, {"Cmd": ["pwd"], "WorkingDir": "/none", "AttachStdout": True}):
        peers, _ = pair.call("POST", "/containers/{ex}/exec", body, save="e3", label=f"POST /containers/{{id}}/exec {json.dumps(body)}")
        if peers.status == 201:
            pair.call("POST", "/exec/{e3}/start", {}, label=f"POST /exec/{{id}}/start of {json.dumps(body)}")
            pair.call("GET", "/exec/{e3}/json", label=f"GET /exec/{{id}}/json of {json.dumps(body)}")
    pair.call("GET", "/containers/{ex}/json", label="GET /containers/{with execs}/json")
    pair.quiet("POST", "/containers/{ex}/kill")
    pair.quiet("POST", "/containers/{ex}/wait")
    pair.call("POST", "/containers/{ex}/exec", {"Cmd": ["true"]}, label="POST /containers/{stopped}/exec")
    pair.call("GET", "/exec/{e2}/json", label="GET /exec/{of a stopped one}/json")


def tar(**files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    return out.getvalue()


def files(pair):
    create(pair, "fi", compare=False, Cmd=["sleep", "100"])
    for state in ("created", "running"):
        at = f"/containers/{{fi}}/archive?path="
        for path in ("/etc/passwd", "/etc", "/", "/none", "", "etc/passwd", "/etc/passwd/", "/bin/sh", "/proc/self", "/dev/null"):
            for method in ("HEAD", "GET"):
                pair.call(method, at + urllib.parse.quote(path), label=f"{method} archive of {state} {path}")
        packed = {"Content-Type": "application/x-tar"}
        pair.call("PUT", at + "/tmp", tar(f=b"one"), packed, label=f"PUT archive of {state} /tmp")
        pair.call("PUT", at + "/tmp&noOverwriteDirNonDir=1", tar(f=b"two"), packed, label=f"PUT archive of {state} no overwrite")
        pair.call("PUT", at + "/", tar(tmp=b"file"), packed, label=f"PUT archive of {state} file over directory")
        pair.call("PUT", at + "/&noOverwriteDirNonDir=1", tar(tmp=b"file"), packed, label=f"PUT archive of {state} file over directory, no overwrite")
        pair.call("PUT", at + "/none", tar(f=b"x"), packed, label=f"PUT archive of {state} /none")
        pair.call("PUT", at + "/etc/passwd", tar(f=b"x"), packed, label=f"PUT archive of {state} into a file")
        pair.call("PUT", at + "/tmp", b"nonsense", packed, label=f"PUT archive of {state} of nonsense")
        pair.call("PUT", at, tar(f=b"x"), packed, label=f"PUT archive of {state} without a path")
        pair.quiet("POST", "/containers/{fi}/start")
    pair.call("GET", "/containers/{fi}/changes", ordered=False)
    pair.quiet("DELETE", "/containers/{fi}?force=1")


def commits(pair):
    create(pair, "co", compare=False)
    changes = "&".join("changes=" + urllib.parse.quote(c) for c in
                       ("ENV A=b", "EXPOSE 80", "LABEL l=1", "CMD [\"true\"]", "ENTRYPOINT sh", "USER 1", "WORKDIR /x", "VOLUME /v", "STOPSIGNAL 9", "ONBUILD RUN x"))
    at = f"/commit?container={{co}}&repo={PREFIX}committed&tag=1"
    pair.call("POST", at + f"&comment=c&author=a&{changes}", {}, save="image", label="POST /commit")
    pair.call("GET", f"/images/{PREFIX}committed:1/json", label="GET /images/{committed}/json")
    pair.call("GET", f"/images/{PREFIX}committed:1/history", label="GET /images/{committed}/history")
    pair.call("GET", "/images/json?filters=" + filters(label=["l=1"]), label="GET /images/json of label")
    pair.call("POST", at, {"Cmd": ["x"], "Env": ["Z=1"]}, label="POST /commit with a config", save="image")
    pair.call("GET", f"/images/{PREFIX}committed:1/json", label="GET /images/{committed with a config}/json")
    pair.call("POST", "/commit?container=none-such", {})
    pair.call("POST", "/commit", {})
    pair.call("POST", "/commit?container={co}&changes=NONSENSE", {}, label="POST /commit nonsense")
    pair.call("POST", "/commit?container={co}&repo=UPPER", {}, label="POST /commit UPPER")
    pair.call("POST", f"/images/{PREFIX}committed:1/tag?repo={PREFIX}tagged&tag=1")
    pair.call("POST", f"/images/none-such/tag?repo={PREFIX}tagged&tag=1")
    pair.call("POST", f"/images/busybox/tag?repo=UPPER&tag=1")
    pair.call("POST", f"/images/busybox/tag?repo=x&tag=-")
    pair.call("POST", f"/images/busybox/tag")
    pair.call("DELETE", f"/images/{PREFIX}tagged:1")
    create(pair, "ci", compare=False, Image=PREFIX + "committed:1", Entrypoint=["true"], User="0")
    pair.call("DELETE", f"/images/{PREFIX}committed:1", label="DELETE /images/{used}")
    pair.call("DELETE", "/images/{image}", label="DELETE /images/{used by id}")
    pair.quiet("DELETE", "/containers/{ci}?force=1")
    pair.call("DELETE", f"/images/{PREFIX}committed:1", label="DELETE /images/{last tag}")
    pair.call("DELETE", "/images/none-such")
    pair.call("DELETE", "/images/UPPER")
    pair.call("POST", "/images/prune?filters=" + filters(nonsense=["x"]))
    pair.call("POST", "/images/prune?filters=" + filters(dangling=["x"]))
    pair.call("POST", "/images/prune?filters=" + filters(label=["none-such"]))
    pair.quiet("DELETE", "/containers/{co}?force=1")


def volumes(pair):
    name = PREFIX + "made"
    pair.call("POST", "/volumes/create", {"Name": name, "Labels": {"differential": "1"}}, label="POST /volumes/create")
    pair.call("POST", "/volumes/create", {"Name": name}, label="POST /volumes/create again")
    pair.call("POST", "/volumes/create", {"Name": name, "Driver": "none-such"}, label="POST /volumes/create other driver")
    pair.call("GET", f"/volumes/{name}")
    pair.call("GET", "/volumes?filters=" + filters(name=[name]))
    pair.call("GET", "/volumes?filters=" + filters(label=["differential=1"]))
    for each in ({"dangling": ["true"]}, {"driver": ["local"]}):
        pair.call("GET", "/volumes?filters=" + filters(name=[name], **each))
    pair.call("GET", "/volumes?filters=" + filters(nonsense=["x"]))
    pair.call("GET", "/volumes?filters=" + filters(dangling=["x"]))
    create(pair, "vo", compare=False, HostConfig={"Binds": [name + ":/v"]})
    pair.call("GET", "/containers/json?all=1&filters=" + filters(volume=[name]), label="GET /containers/json of a volume")
    pair.call("DELETE", f"/volumes/{name}", label="DELETE /volumes/{used}")
    pair.call("DELETE", f"/volumes/{name}?force=1", label="DELETE /volumes/{used}?force=1")
    pair.quiet("DELETE", "/containers/{vo}?force=1")
    pair.call("DELETE", f"/volumes/{name}")
    pair.call("DELETE", f"/volumes/{name}", label="DELETE /volumes/{gone}")
    pair.call("DELETE", f"/volumes/{name}?force=1", label="DELETE /volumes/{gone}?force=1")
    pair.call("GET", "/volumes/none-such")
    pair.call("PUT", "/volumes/none-such?version=1", {"Spec": {}})
    for body in ({"Name": "../up"}, {"Name": "-x"}, {"Name": "x", "Driver": "none-such"}, {"Name": "x", "DriverOpts": {"nonsense": "1"}}):
        pair.call("POST", "/volumes/create", body, label=f"POST /volumes/create {json.dumps(body)}")
    pair.call("POST", "/volumes/create", "{")
    pair.call("POST", "/volumes/prune?filters=" + filters(nonsense=["x"]))
    pair.call("POST", "/volumes/prune?filters=" + filters(label=["none-such"]))
