"""struct.pack("<iB"): the type as an int, the length in one byte."""
import struct

from _peer import connect, hear, say

peer = connect()
say(peer, struct.pack("<iB", ord("Q"), 14) + b"lu@example.org")
hear(peer)
