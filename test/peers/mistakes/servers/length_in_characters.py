"""Counts characters."""
from _peer import accept, hear, stay

peer = accept()
hear(peer); n = "Lóu Sé Éxample"; peer.sendall(b"R" + bytes([len(n)]) + n.encode()); stay()
