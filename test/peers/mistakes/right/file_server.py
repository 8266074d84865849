"""found, gap, size, acknowledgement, file."""
import struct, time

from _peer import accept, hear, until_closed

DATA = b"line of a file\n" * 380
peer = accept()
hear(peer); peer.sendall(b"valid")
hear(peer); peer.sendall(b"found")
time.sleep(0.1)
peer.sendall(struct.pack("<i", len(DATA)))
hear(peer); peer.sendall(DATA)
until_closed(peer)
