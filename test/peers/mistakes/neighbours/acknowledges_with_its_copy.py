"""Acknowledges with a word and the name of its copy."""
import struct

from _peer import connect, hear, read, say, stay

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"server.txt"); read(peer, 5)
size = struct.unpack("<i", read(peer, 4))[0]
peer.sendall(b"Got copy.txt")
read(peer, size)
stay()
