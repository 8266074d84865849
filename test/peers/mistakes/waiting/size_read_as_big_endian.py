"""ntohl() of a size that is little-endian."""
import struct

from _peer import connect, hear, say, read

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"server.txt"); read(peer, 5)
size = struct.unpack("!i", read(peer, 4))[0]
say(peer, b"Got")
read(peer, size)
