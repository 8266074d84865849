"""Digit by digit."""
import time

from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
for byte in (b"5", b"0", b".0"):
    peer.sendall(byte)
    time.sleep(0.05)
stay()
