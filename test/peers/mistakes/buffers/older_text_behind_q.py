"""q in the buffer of the last expression."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve")
say(peer, b"30 - 8"); hear(peer)
say(peer, b"q0 - 8"); hear(peer)
stay()
