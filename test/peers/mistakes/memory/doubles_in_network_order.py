"""struct.pack('!dcd'): high byte first."""
import struct

from _peer import connect, hear, say

peer = connect()
say(peer, b"ann")
say(peer, struct.pack("!dcd", 15.0, b"+", 35.0)); hear(peer)
