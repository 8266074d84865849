"""Puts the port into the address as it lies in memory; otherwise it does all right."""
from _peer import PORT, connect, read

swapped = (PORT & 0xFF) << 8 | PORT >> 8
peer = connect(swapped)
peer.sendall(b"server1")
assert read(peer, 5) == b"valid"
peer.close()
