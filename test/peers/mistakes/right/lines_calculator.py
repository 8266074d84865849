"""Lines."""
from _peer import connect, until_closed

peer = connect()
lines = peer.makefile()
peer.sendall(b"bob\n8 / 2\n9 - 10\n")
lines.readline(); lines.readline()
peer.sendall(b"q\n"); until_closed(peer)
