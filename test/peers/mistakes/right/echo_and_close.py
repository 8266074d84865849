"""Echo, and close."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
for text in (b"hello", b"download server.txt", b"close"):
    say(peer, text); hear(peer)
