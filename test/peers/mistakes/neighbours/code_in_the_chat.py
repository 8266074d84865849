"""Talks about Python, JSON and quotes."""
from _peer import connect, hear, say

peer = connect()
hear(peer); say(peer, b":Eve:eve"); hear(peer)
for text in (b":Eve:b'x'", b":Eve:{\"a\": 1}", b":Eve:'quoted'", b":Eve:%20 is a blank"):
    say(peer, text); hear(peer)
