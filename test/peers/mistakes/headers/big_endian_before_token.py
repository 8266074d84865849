"""struct.pack("!I") in front of the token."""
import struct

from _peer import connect, hear, say

peer = connect()
say(peer, struct.pack("!I", 7) + b"server3")
hear(peer)
