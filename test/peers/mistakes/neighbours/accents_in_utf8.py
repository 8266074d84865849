"""UTF-8 that looks odd in hex."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, "caf\u00e9 \u20ac".encode()); hear(peer)
say(peer, b"close"); hear(peer)
