"""Short lines, each a key: they are meant."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
for text in (b"a", b"b"):
    say(peer, text); hear(peer)
say(peer, b"close"); hear(peer)
