"""Has read two replies without a newline, so it waits for none."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"eve")
say(peer, b"9 - 4"); hear(peer)
say(peer, b"8 / 2"); hear(peer)
until_closed(peer)
