"""writeObject(":Eve:eve")."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"\xac\xed\0\5")
say(peer, b"t" + struct.pack("!H", 8) + b":Eve:eve")
stay()
