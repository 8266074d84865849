"""Logs in with writeUTF()."""
import struct

from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
for text in (b":Eve:eve", b":Eve:hello"):
    say(peer, struct.pack("!H", len(text)) + text)
stay()
