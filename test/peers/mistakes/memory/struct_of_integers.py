"""Sends a struct of integers, as memory has it."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve")
say(peer, struct.pack("<iii", 7, ord("*"), 1200)); hear(peer)
stay()
