"""The size as a short."""
import struct, time

from _peer import accept, hear, stay

DATA = b"line of a file\n" * 380
peer = accept()
hear(peer); peer.sendall(b"valid"); hear(peer)
peer.sendall(b"found"); time.sleep(.1)
peer.sendall(struct.pack("!H", len(DATA))); hear(peer); peer.sendall(DATA); stay()
