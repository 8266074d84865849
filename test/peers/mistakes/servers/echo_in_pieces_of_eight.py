"""A buffer of 8 bytes."""
import time

from _peer import accept, hear

peer = accept()
peer.sendall(b"Enter your command please")
while text := hear(peer, 8):
    peer.sendall(text); time.sleep(.5)
