"""Writes an expression without spaces."""
from _peer import connect, read, until_closed

peer = connect()
peer.sendall(b"ann\n")
peer.sendall(b"15+35\n")
read(peer, len("Incorrect expression format\n"))
peer.sendall(b"q\n")
until_closed(peer)
