"""Requests that no good client sends."""
def run(pair):
    pass
