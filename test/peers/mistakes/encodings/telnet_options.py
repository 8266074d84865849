"""A telnet client negotiates first."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfd\x01")
say(peer, b"bob\r\n")
say(peer, b"8 / 2\r\n")
hear(peer)
