"""A loop of send(&c, 1)."""
import time

from _peer import connect, stay

peer = connect()
for key in b"Knock knock..":
    peer.sendall(bytes([key]))
    time.sleep(0.06)
stay()
