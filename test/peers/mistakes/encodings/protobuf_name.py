"""Fields of protobuf."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"\x0a\x03Eve\x12\x05hello")
stay()
