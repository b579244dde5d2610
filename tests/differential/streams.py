"""Connections that become streams: attach and exec, with and without an upgrade, framed and raw."""
def run(pair):
    pass
