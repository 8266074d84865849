"""Sends an operator and two doubles, as a struct of C has them."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve")
say(peer, struct.pack("<c7xdd", b"-", 2.5, 100.25)); hear(peer)
stay()
