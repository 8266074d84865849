"""A login in 200 bytes."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b":Eve:eve".ljust(200, b"\0"))
say(peer, b":Eve:hello".ljust(200, b"\0"))
stay()
