"""Sends an answer byte by byte."""
import time

from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
for byte in b"50.0":
    peer.sendall(bytes([byte])); time.sleep(0.03)
stay()
