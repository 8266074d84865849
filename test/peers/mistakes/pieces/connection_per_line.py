"""A connection a line to the relay."""
import time

from _peer import connect

for text in (b"bob\n", b"hello|alice\n", b"close\n"):
    peer = connect()
    peer.sendall(text)
    peer.close()
    time.sleep(0.2)
