"""One byte of length, as BinaryWriter and protobuf write it."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
for text in (b":Eve:eve", b":Eve:hello"):
    say(peer, bytes([len(text)]) + text)
stay()
