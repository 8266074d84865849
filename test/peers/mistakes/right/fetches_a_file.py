"""Token, filename, acknowledgement, file."""
import struct

from _peer import connect, hear, say, read

peer = connect()
say(peer, b"server3"); assert hear(peer) == b"valid"
say(peer, b"server.txt"); assert read(peer, 5) == b"found"
size = struct.unpack("<i", read(peer, 4))[0]
say(peer, b"Got\0")
assert len(read(peer, size)) == size
