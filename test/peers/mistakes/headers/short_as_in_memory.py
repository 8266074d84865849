"""A short in front, as it lies in memory."""
import struct

from _peer import connect, say, stay

peer = connect()
say(peer, struct.pack("<H", 13) + b"Knock knock..")
stay()
