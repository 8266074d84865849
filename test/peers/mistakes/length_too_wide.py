"""Sends struct { char type; int length; } as C lays it out."""
import struct

from _peer import connect, until_closed

peer = connect()
peer.sendall(struct.pack("@ci", b"Q", 14) + b"luke@gmail.com")
until_closed(peer)
