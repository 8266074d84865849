"""Answers after two bytes, and closes."""
from _peer import accept, read, stay

peer = accept()
read(peer, 2)
peer.sendall(b"R\x0eLou S. Example")
peer.close()
stay()
