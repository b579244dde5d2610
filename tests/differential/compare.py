"""Differences between two answers to the same call: status, headers, and every field of the JSON by name, type and value."""

import re

PREFIX = "differential-"
HEADERS = ("content-type", "api-version", "docker-experimental", "ostype", "server", "builder-version",
           "swarm", "cache-control", "pragma", "allow", "upgrade", "connection")
PRESENT_ONLY = ("x-docker-container-path-stat",)
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
ZERO_TIME = "0001-01-01T00:00:00Z"
HEX = re.compile(r"\b[0-9a-f]{64}\b")
BRIEF = re.compile(r"\b[0-9a-f]{12}\b")
KINDS = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number", type(None): "null"}

# Fields whose value is the machine's or the moment's: only their kind is compared.
VOLATILE = re.compile(
    r"(^|\.)(Pid|Created|CreatedAt|StartedAt|FinishedAt|LastTagTime|SizeRw|SizeRootFs|Size|VirtualSize|SharedSize"
    r"|LayersSize|SpaceReclaimed|time|timeNano|read|preread|NFd|NGoroutines|NEventsListener|SystemTime|ID"
    r"|EndpointID|SandboxID|SandboxKey|NetworkID|MacAddress|Hostname|HostnamePath|HostsPath|ResolvConfPath|LogPath"
    r"|MergedDir|UpperDir|WorkDir|LowerDir|Mountpoint|DockerRootDir|BuildTime|GitCommit|GoVersion|KernelVersion|HostPort|IPPrefixLen"
    r"|MemTotal|Containers|ContainersRunning|ContainersStopped|ContainersPaused|Images|mtime)$"
    r"|^\.(cpu_stats|precpu_stats|memory_stats|networks|blkio_stats|pids_stats)\."
    r"|IPAddress$|Gateway$|\.Subnet$|\[\]\.Status$")


def kind(value):
    return KINDS[type(value)]


def normal(value, engine):
    """Text without what differs by its nature: ids of this run, other ids, times."""
    if not isinstance(value, str):
        return value
    for name, known in engine.names.items():
        if len(known) >= 12:
            value = value.replace(known, f"<{name}>").replace(known[:12], f"<{name}.brief>")
    if TIME.match(value):
        return value if value == ZERO_TIME else "<time>"
    return BRIEF.sub("<brief>", HEX.sub("<id>", value))


def common(value):
    """Lists and tables without what is not of this run: the engines may have other users."""
    if isinstance(value, list):
        return [each for each in value if ours(each)]
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if not (len(name) == 64 and not ours(each))}
    return value


def ours(thing):
    if not isinstance(thing, dict):
        return True
    if "IPv4Address" in thing:
        return thing["Name"].startswith(PREFIX)
    if "Names" in thing:
        return thing["Names"][0].startswith("/" + PREFIX)
    if "Mountpoint" in thing:
        return thing["Name"].startswith(PREFIX)
    if "RepoTags" in thing and "ParentId" in thing:
        return any(tag.startswith((PREFIX, "busybox:latest")) for tag in thing["RepoTags"] or [])
    return True


def _order(thing):
    return thing.get("Destination") or thing.get("Name") or str(thing) if isinstance(thing, dict) else str(thing)


class Comparison:
    """Gathers the differences of one call."""

    def __init__(self, peer, ours):
        self.peer = peer
        self.ours = ours
        self.found = []

    def differ(self, path, peers, own):
        self.found.append((path, peers, own))

    def answers(self, peers, own, ordered=True):
        if peers.status != own.status:
            self.statuses(peers, own)
            return
        for name in HEADERS:
            theirs, mine = peers.headers.get(name), own.headers.get(name)
            if name == "server":
                theirs, mine = (bool(v) and v.endswith("(linux)") for v in (theirs, mine))
            if theirs != mine:
                self.differ("header " + name, theirs, mine)
        for name in PRESENT_ONLY:
            if (name in peers.headers) != (name in own.headers):
                self.differ("header " + name, name in peers.headers, name in own.headers)
        if peers.headers.get("content-type", "").startswith("application/x-tar"):
            return
        self.values("", peers.document(), own.document(), ordered)

    def statuses(self, peers, own):
        client = peers.status == 500 and 400 <= own.status < 500
        texts = [normal(a.body[:200].decode("utf-8", "replace"), e) for a, e in ((peers, self.peer), (own, self.ours))]
        early = peers.status == 201 and own.status == 400
        name = "status: client" if client else "status: early" if early else "status"
        self.differ(name, f"{peers.status} {texts[0]}", f"{own.status} {texts[1]}")

    def values(self, path, peers, own, ordered=True):
        peers, own = common(peers), common(own)
        if kind(peers) != kind(own):
            self.differ(path or ".", peers, own)
        elif isinstance(peers, dict):
            for name in peers.keys() - own.keys():
                self.differ(f"{path}.{name}", peers[name], "<absent>")
            for name in own.keys() - peers.keys():
                self.differ(f"{path}.{name}", "<absent>", own[name])
            for name in sorted(peers.keys() & own.keys()):
                self.values(f"{path}.{name}", peers[name], own[name], ordered)
        elif isinstance(peers, list):
            self.lists(path, peers, own, ordered)
        elif not VOLATILE.search(path):
            theirs, mine = normal(peers, self.peer), normal(own, self.ours)
            if path == ".message" and theirs != mine and str(mine).startswith(str(theirs)):
                self.differ(".message: more", theirs, mine)
            elif theirs != mine:
                self.differ(path or ".", theirs, mine)

    def lists(self, path, peers, own, ordered):
        if len(peers) != len(own):
            self.differ(path + "[]", f"{len(peers)} elements: {str(peers)[:300]}", f"{len(own)}: {str(own)[:300]}")
            return
        if not ordered or path.endswith(".Mounts"):
            peers, own = sorted(peers, key=_order), sorted(own, key=_order)
        for theirs, mine in zip(peers, own):
            self.values(path + "[]", theirs, mine, ordered)
