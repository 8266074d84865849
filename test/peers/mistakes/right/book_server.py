"""Answers and closes."""
from _peer import accept, read

peer = accept()
read(peer, 16)
peer.sendall(b"R\x0eLou S. Example")
