"""Sends one expression with two send() calls."""
from _peer import connect, read, until_closed

SORRY = "Incorrect expression format"

peer = connect()
peer.sendall(b"ann")
read(peer, len("Hello ann"))
peer.sendall(b"15 + ")
read(peer, len(SORRY))
peer.sendall(b"35")
read(peer, len(SORRY))
peer.sendall(b"q")
until_closed(peer)
