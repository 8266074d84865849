"""Part of an address, where the joke begins."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
say(peer, struct.pack("<Q", 0x7FFD1C0E92B8)[:6]); hear(peer)
stay()
