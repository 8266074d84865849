"""Sends each key as it is pressed."""
import time

from _peer import connect, hear, stay

peer = connect()
hear(peer)
for key in b"hello\r\nclose\r\n":
    peer.sendall(bytes([key]))
    time.sleep(0.06)
stay()
