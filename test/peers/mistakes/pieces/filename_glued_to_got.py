"""Got and the next filename in one piece."""
import struct

from _peer import connect, hear, read, say

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"server.txt"); read(peer, 5)
size = struct.unpack("<i", read(peer, 4))[0]
peer.sendall(b"Got" + b"second.txt")
read(peer, size)
hear(peer)
