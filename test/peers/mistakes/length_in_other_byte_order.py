"""Sends a length of two bytes, as its processor keeps it."""
import struct

from _peer import connect, until_closed

peer = connect()
peer.sendall(struct.pack("<cH", b"Q", 14) + b"luke@gmail.com")
until_closed(peer)
