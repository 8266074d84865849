"""A text that begins with a command."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
for text in (b"close the door", b"running late", b"Closed for today"):
    say(peer, text); hear(peer)
say(peer, b"close"); hear(peer)
