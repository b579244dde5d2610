"""The same call on both engines, compared."""

import concurrent.futures
import fnmatch

from compare import Comparison


class Pair:
    """Two engines that are asked the same. Not for two threads."""

    def __init__(self, peer, ours, justified):
        self.peer = peer
        self.ours = ours
        self.justified = justified
        self.calls = 0
        self.open = []
        self.excused = {}
        self.versions = ("1.24", "1.41", "1.47", "1.51")
        self.version = self.versions[-1]
        self._pool = concurrent.futures.ThreadPoolExecutor(2)

    def both(self, work):
        """`work` on each engine, at the same time."""
        futures = [self._pool.submit(work, engine) for engine in (self.peer, self.ours)]
        return [future.result() for future in futures]

    def path(self, target):
        return target if target.startswith("//") else f"/v{self.version}{target}"

    def call(self, method, target, body=None, headers=None, limit=None, save=None, label=None, ordered=True):
        """Asks both and compares; `save` keeps the answer's Id under a name that later targets use."""
        full = self.path(target).replace("//", "/", 1)
        peers, own = self.both(lambda e: e.call(method, full, _filled(body, e), headers, limit))
        if save:
            for engine, answer in ((self.peer, peers), (self.ours, own)):
                document = answer.document()
                found = document.get("Id") or document.get("ID") if isinstance(document, dict) else None
                engine.names[save] = found or "missing-" + save
        self.compare(label or f"{method} {target}", lambda c: c.answers(peers, own, ordered))
        return peers, own

    def quiet(self, method, target, body=None):
        """Asks both and compares nothing: preparation and cleaning."""
        full = self.path(target).replace("//", "/", 1)
        return self.both(lambda e: e.call(method, full, _filled(body, e)))

    def same(self, label, peers, own):
        """Two values that must be equal."""
        self.compare(label, lambda c: c.values("", peers, own))

    def compare(self, label, work):
        self.calls += 1
        comparison = Comparison(self.peer, self.ours)
        work(comparison)
        for path, peers, own in comparison.found:
            reason = self._reason(label, path)
            if reason:
                self.excused[reason] = self.excused.get(reason, 0) + 1
            else:
                self.open.append((self.version, label, path, peers, own))

    def _reason(self, label, path):
        for calls, fields, reason in self.justified:
            if fnmatch.fnmatchcase(label, calls) and fnmatch.fnmatchcase(path, fields):
                return reason
        return None


def _filled(body, engine):
    """Names of things in a body that is text."""
    if isinstance(body, str) and "<<" in body:
        for name, value in engine.names.items():
            body = body.replace(f"<<{name}>>", value)
    return body
