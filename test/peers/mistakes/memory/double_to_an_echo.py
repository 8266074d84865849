"""Sends a double to an echo."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
hear(peer); say(peer, struct.pack("<dd", 3.25, -1.5)); hear(peer)
stay()
