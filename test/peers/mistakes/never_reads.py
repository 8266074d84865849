"""Asks and asks, and reads no answer."""
from _peer import connect

peer = connect()
peer.settimeout(20)
try:
    while True:
        peer.sendall(b"x" * 32_000 + b"\n")
except OSError:
    pass
