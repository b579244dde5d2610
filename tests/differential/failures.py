"""Requests that no good client sends: what both say about them."""

import json

from compare import PREFIX

NAME = PREFIX + "bad"
GOOD = '{"Image":"busybox","Cmd":["true"]%s}'


def run(pair):
    for version in (pair.versions[0], pair.versions[-1]):
        pair.version = version
        requests(pair)
        bodies(pair)
    versions(pair)


def _with(config):
    return '{"Image":"busybox",' + config + "}" if '"Cmd"' in config else GOOD % ("," + config)


def versions(pair):
    for target in ("//v1.23/info", "//v1.99/info", "//v9.99/version", "//v1/info", "//v1.x/info", "//vx/info", "//none-such",
                   "//v1.51/none-such", "//v1.51", "//v1.51/", "//", "//containers", "//containers/", "//v1.51/containers/json/x"):
        pair.call("GET", target)
    for method, target in (("PUT", "//info"), ("DELETE", "//version"), ("PATCH", "//containers/json"), ("POST", "//containers/json"),
                           ("GET", "//containers/create"), ("OPTIONS", "//info"), ("HEAD", "//info"), ("HEAD", "//none-such")):
        pair.call(method, target)


def requests(pair):
    body = json.loads(GOOD % "")
    for name in ("-bad", "a/b", "%20", "a%00b", "x" * 300, "%C3%A4", "/ok%2Fno"):
        pair.call("POST", f"/containers/create?name={name}", body, save="bad", label=f"create {name[:20]}")
        pair.quiet("DELETE", "/containers/{bad}?force=1")
    pair.call("POST", f"/containers/create?name={NAME}", body, save="bad", label="create")
    pair.call("POST", f"/containers/create?name={NAME}", body, label="create again")
    pair.call("POST", f"/containers/create?name={NAME}2", body, save="bad2", label="create another")
    pair.call("POST", f"/containers/{NAME}2/rename?name={NAME}")
    for name in ("", "a/b", "-x"):
        pair.call("POST", f"/containers/{NAME}2/rename?name={name}", label=f"rename {name}")
    for kind in ("text/plain", "application/xml", "application/json; charset=utf-8", ""):
        pair.call("POST", f"/containers/{NAME}/exec", json.dumps({"Cmd": ["true"]}).encode(), {"Content-Type": kind}, label=f"type {kind}")
    pair.call("POST", f"/containers/{NAME}/start", "{\"Binds\":[\"/a:/b\"]}", label="start with a body")
    pair.call("POST", "/containers/create?platform=windows/amd64", body, label="create for another platform")
    pair.call("POST", "/containers/create?platform=nonsense/x/y/z", body, label="create for nonsense")
    pair.call("POST", "/containers/create", {"Image": "none-such-image"}, label="create of a missing image")
    for method, target in (("GET", "json"), ("POST", "start"), ("POST", "stop"), ("POST", "kill"), ("POST", "restart"), ("POST", "pause"),
                           ("POST", "wait"), ("GET", "logs?stdout=1"), ("GET", "top"), ("GET", "changes"), ("GET", "export"),
                           ("GET", "stats?stream=0"), ("POST", "resize?h=1&w=1"), ("POST", "rename?name=x"), ("POST", "attach"),
                           ("GET", "archive?path=/"), ("POST", "unpause")):
        pair.call(method, f"/containers/none-such/{target}", label=f"{target} of a missing container")
    pair.call("POST", "/containers/none-such/update", {}, label="update of a missing container")
    pair.call("POST", "/containers/none-such/exec", {"Cmd": ["true"]}, label="exec in a missing container")
    pair.call("POST", f"/containers/{NAME}/attach?detachKeys=nonsense")
    pair.call("POST", f"/containers/{NAME}/update", {"Memory": 1}, label="update to too little")
    pair.call("POST", f"/containers/{NAME}/update", {"NanoCpus": 1, "CpuPeriod": 1}, label="update conflicting")
    pair.call("POST", f"/containers/{NAME}/update", {"RestartPolicy": {"Name": "nonsense"}}, label="update to a nonsense policy")
    for verb in ("resize?h=1&w=1", "start"):
        pair.call("POST", f"/exec/none-such/{verb}", {})
    pair.call("GET", "/exec/none-such/json")
    pair.quiet("DELETE", f"/containers/{NAME}?force=1")
    pair.quiet("DELETE", f"/containers/{NAME}2?force=1")
    pair.call("POST", "/auth", "{")
    pair.call("POST", "/images/load", b"nonsense", {"Content-Type": "application/x-tar"}, label="load nonsense")


def bodies(pair):
    for body in ("{", "[]", "null", "17", "{} {}", "{'a':1}", "{\"Image\":5}", GOOD % ',"Tty":"yes"', GOOD % ',"Env":"A=1"',
                 GOOD % ',"HostConfig":{"Memory":"x"}'):
        pair.call("POST", "/containers/create", body, label=f"body {body}")
    for host in (
        '"Memory":1', '"Memory":-5', '"Memory":67108864,"MemorySwap":1048576', '"MemorySwap":1048576', '"NanoCpus":-1', '"NanoCpus":99000000000',
        '"NanoCpus":500000000,"CpuQuota":1000', '"CpuPeriod":1', '"CpuQuota":5', '"CpusetCpus":"x"', '"CpusetCpus":"99"', '"OomScoreAdj":5000',
        '"ShmSize":-1', '"Binds":["relative:/x:ro:z"]', '"Binds":["rel/path:/x"]', '"Binds":["/tmp:relative"]', '"Binds":["/tmp:/x:nonsense"]',
        '"Binds":["/tmp:/x","/var:/x"]', '"Binds":["/tmp:/"]', '"Mounts":[{"Type":"nonsense","Target":"/x"}]', '"Mounts":[{"Type":"bind","Source":"/none/such","Target":"/x"}]',
        '"Mounts":[{"Type":"bind","Target":"/x"}]', '"Mounts":[{"Type":"volume","Target":""}]', '"Mounts":[{"Type":"tmpfs","Source":"x","Target":"/x"}]',
        '"Tmpfs":{"relative":""}', '"Tmpfs":{"/x":"nonsense"}', '"Ulimits":[{"Name":"nonsense","Soft":1,"Hard":1}]', '"Ulimits":[{"Name":"nofile","Soft":9,"Hard":1}]',
        '"CapAdd":["NONSENSE"]', '"SecurityOpt":["nonsense=1"]', '"SecurityOpt":["seccomp={"]', '"RestartPolicy":{"Name":"nonsense"}',
        '"RestartPolicy":{"Name":"no","MaximumRetryCount":3}', '"PortBindings":{"80/nonsense":[{}]}', '"PortBindings":{"80/tcp":[{"HostPort":"99999"}]}',
        '"PortBindings":{"x":[{}]}', '"AutoRemove":true,"RestartPolicy":{"Name":"always"}', '"ExtraHosts":["no-address"]', '"Dns":["x"]', '"PidMode":"nonsense"',
        '"IpcMode":"nonsense"', '"UTSMode":"nonsense"', '"UsernsMode":"nonsense"', '"CgroupnsMode":"nonsense"', '"Isolation":"hyperv"', '"NetworkMode":"none-such"',
        '"NetworkMode":"container:none-such"', '"PidMode":"container:none-such"', '"LogConfig":{"Type":"nonsense"}', '"LogConfig":{"Type":"json-file","Config":{"x":"y"}}',
        '"Runtime":"nonsense"', '"Sysctls":{"kernel.none":"1"}', '"Sysctls":{"net.x":"1"},"NetworkMode":"host"', '"Devices":[{"PathOnHost":"/dev/none-such","PathInContainer":"/x","CgroupPermissions":"rwm"}]',
        '"VolumesFrom":["none-such"]', '"Privileged":true,"CgroupnsMode":"host"', '"Links":["none-such:x"]', '"BlkioWeight":5', '"PidsLimit":-5', '"KernelMemory":1',
        '"MemorySwappiness":500', '"OomKillDisable":true', '"GroupAdd":["none-such"]', '"DeviceCgroupRules":["x"]',
    ):
        full = GOOD % (',"HostConfig":{' + host + "}")
        label = "host " + host
        peers, own = pair.call("POST", f"/containers/create?name={NAME}", full, save="bad", label=label)
        if peers.status == own.status == 201:
            pair.call("POST", "/containers/{bad}/start", label=label + ", started")
        pair.quiet("DELETE", f"/containers/{NAME}?force=1&v=1")
    # what is told in place of Cmd stands once
    for config in ('"WorkingDir":"relative"', '"StopSignal":"NONSENSE"', '"Env":["=x"]', '"Hostname":"' + "h" * 300 + '"', '"Hostname":"a b"', '"ExposedPorts":{"70000/tcp":{}}',
                   '"User":"none-such"', '"Cmd":["none-such"]', '"Cmd":[]', '"Entrypoint":[""],"Cmd":[]', '"Volumes":{"relative":{}}', '"Volumes":{"/":{}}', '"Healthcheck":{"Test":["NONSENSE"]}',
                   '"Healthcheck":{"Interval":5}', '"MacAddress":"nonsense"', '"OnBuild":["x"]', '"Domainname":"a b"', '"StopTimeout":-5'):
        label = "config " + config[:60]
        peers, own = pair.call("POST", f"/containers/create?name={NAME}", _with(config), save="bad", label=label)
        if peers.status == own.status == 201:
            pair.call("POST", "/containers/{bad}/start", label=label + ", started")
        pair.quiet("DELETE", f"/containers/{NAME}?force=1&v=1")
