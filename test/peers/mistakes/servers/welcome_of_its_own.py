"""A welcome of its own."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
hear(peer); peer.sendall(b"Welcome Ann!\n"); hear(peer); stay()
