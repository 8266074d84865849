"""Lines of Windows."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob\r\n")
say(peer, b"8 / 2\r\n"); hear(peer)
say(peer, b"q\r\n"); until_closed(peer)
