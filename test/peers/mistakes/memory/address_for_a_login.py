"""send(fd, &login, 8, 0): the address, not the text."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
hear(peer); say(peer, struct.pack("<Q", 0x55D41B02C2A0))
stay()
