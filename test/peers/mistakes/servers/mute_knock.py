"""Waits for a full buffer."""
from _peer import accept, read

peer = accept()
read(peer, 1024)
