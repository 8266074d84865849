"""Sends strlen() + 1 bytes."""
from _peer import connect, read, until_closed

peer = connect()
peer.sendall(b"ann\0")
peer.sendall(b"15 + 35\0")
read(peer, 5)
peer.sendall(b"q\0")
until_closed(peer)
