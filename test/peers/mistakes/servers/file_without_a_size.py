"""No size, the file at once."""
import time

from _peer import accept, hear, stay

DATA = b"line of a file\n" * 380
peer = accept()
hear(peer); peer.sendall(b"valid"); hear(peer)
peer.sendall(b"found"); time.sleep(.1)
peer.sendall(DATA); hear(peer); stay()
