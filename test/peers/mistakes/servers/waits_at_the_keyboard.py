"""input() for each answer."""
from _peer import accept, hear

peer = accept()
hear(peer); hear(peer)
peer.sendall(input().encode())
