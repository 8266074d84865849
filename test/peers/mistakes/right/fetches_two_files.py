"""Two files over one connection."""
import struct

from _peer import connect, hear, say, read

peer = connect()
say(peer, b"server3\n"); hear(peer)
for name in (b"server.txt\n", b"second.txt\n"):
    say(peer, name); read(peer, 6)
    size = struct.unpack("<i", read(peer, 4))[0]
    say(peer, b"Got\n")
    read(peer, size)
