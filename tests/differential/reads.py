"""What an engine tells about itself and what it holds, at four versions of the API."""

import json
import urllib.parse

MANAGED = ("swarm", "nodes", "services", "tasks", "secrets", "configs")


def filters(**values):
    return urllib.parse.quote(json.dumps(values))


def run(pair):
    for version in pair.versions:
        pair.version = version
        system(pair)
        images(pair)
        networks(pair)
        absent(pair)


def system(pair):
    pair.call("GET", "/_ping")
    pair.call("HEAD", "/_ping")
    pair.call("GET", "/version")
    pair.call("GET", "/info")
    pair.call("GET", "/system/df", ordered=False)
    for kind in ("container", "image", "volume", "build-cache"):
        pair.call("GET", f"/system/df?type={kind}", ordered=False)
    pair.call("GET", "/system/df?type=container&type=image", ordered=False)
    pair.call("GET", "/system/df?type=nonsense")
    pair.call("GET", "/events?since=0&until=1")
    pair.call("GET", "/events?since=5&until=1")
    pair.call("GET", "/events?since=x")
    pair.call("GET", "/events?until=1&filters=" + filters(nonsense=["x"]))


def images(pair):
    pair.call("GET", "/images/json?filters=" + filters(reference=["busybox"]))
    pair.call("GET", "/images/json?all=1&filters=" + filters(reference=["busy*"]))
    pair.call("GET", "/images/json?digests=1&filters=" + filters(reference=["busybox:latest"]))
    pair.call("GET", "/images/json?shared-size=1&filters=" + filters(reference=["busybox:latest"]))
    pair.call("GET", "/images/json?filter=busybox")
    pair.call("GET", "/images/json?filters=" + filters(dangling=["true"]))
    pair.call("GET", "/images/json?filters=" + filters(dangling=["perhaps"]))
    pair.call("GET", "/images/json?filters=" + filters(label=["none=such"]))
    pair.call("GET", "/images/json?filters=" + filters(before=["busybox"]))
    pair.call("GET", "/images/json?filters=" + filters(before=["none-such"]))
    pair.call("GET", "/images/json?filters=" + filters(until=["1"]))
    pair.call("GET", "/images/json?filters=" + filters(until=["x"]))
    pair.call("GET", "/images/json?filters=" + filters(nonsense=["x"]))
    pair.call("GET", "/images/json?filters=nonsense")
    for name in ("busybox", "busybox:latest", "docker.io/library/busybox"):
        pair.call("GET", f"/images/{name}/json")
        pair.call("GET", f"/images/{name}/history")
    for name in ("none-such", "none/such:x", "UPPER", "busybox:-", "sha256:" + "0" * 64, "a" * 64):
        pair.call("GET", f"/images/{name}/json")
        pair.call("GET", f"/images/{name}/history")
    pair.call("GET", "/images/busybox/get")
    pair.call("GET", "/images/none-such/get")
    pair.call("GET", "/images/get?names=none-such")


def networks(pair):
    pair.call("GET", "/networks", ordered=False)
    for name in ("bridge", "host", "none"):
        pair.call("GET", f"/networks/{name}")
        pair.call("GET", "/networks?filters=" + filters(name=[name]))
    pair.call("GET", "/networks?filters=" + filters(driver=["host"]))
    pair.call("GET", "/networks?filters=" + filters(type=["builtin"]), ordered=False)
    pair.call("GET", "/networks?filters=" + filters(type=["custom"]))
    pair.call("GET", "/networks?filters=" + filters(type=["nonsense"]))
    pair.call("GET", "/networks?filters=" + filters(scope=["local"]), ordered=False)
    pair.call("GET", "/networks?filters=" + filters(dangling=["true"]))
    pair.call("GET", "/networks?filters=" + filters(nonsense=["x"]))
    pair.call("GET", "/networks/none-such")
    pair.call("DELETE", "/networks/none-such")
    pair.call("DELETE", "/networks/bridge")
    pair.call("DELETE", "/networks/host")
    pair.call("POST", "/networks/prune")
    pair.call("POST", "/networks/prune?filters=" + filters(nonsense=["x"]))
    pair.call("POST", "/networks/none-such/connect", {"Container": "none-such"})
    pair.call("POST", "/networks/none-such/disconnect", {"Container": "none-such"})
    pair.call("POST", "/networks/create", "{")


def absent(pair):
    for concept in MANAGED:
        pair.call("GET", f"/{concept}")
        if concept != "swarm":
            pair.call("GET", f"/{concept}/none-such")
        if concept not in ("swarm", "tasks"):
            pair.call("DELETE", f"/{concept}/none-such")
    for concept in ("services", "secrets", "configs"):
        pair.call("POST", f"/{concept}/create", {"Name": "x"})
    for concept in ("nodes", "services", "secrets", "configs"):
        pair.call("POST", f"/{concept}/none-such/update?version=1", {"Name": "x"})
    pair.call("GET", "/services/none-such/logs?stdout=1")
    pair.call("GET", "/swarm/unlockkey")
    pair.call("POST", "/swarm/leave")
    pair.call("POST", "/swarm/unlock", {"UnlockKey": "x"})
    pair.call("POST", "/swarm/update?version=1", {})
    pair.call("POST", "/swarm/join", {})
    pair.call("GET", "/plugins")
    pair.call("GET", "/plugins?filters=" + filters(enabled=["true"]))
    pair.call("GET", "/plugins/none-such/json")
    pair.call("DELETE", "/plugins/none-such")
    for verb in ("enable?timeout=0", "disable", "set", "upgrade?remote=x", "push"):
        pair.call("POST", f"/plugins/none-such/{verb}", [])
    pair.call("POST", "/build/prune")
    pair.call("POST", "/build/cancel?id=x")
    pair.call("POST", "/build/cancel")
