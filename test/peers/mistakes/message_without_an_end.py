"""Sends and sends, and ends no message."""
from _peer import connect

peer = connect()
try:
    # More than any pause of a busy machine could cut into messages of an allowed size.
    while True:
        peer.sendall(b"x" * 1_000_000)
except OSError:
    pass
