"""Several whole lines in one write are several messages: right."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"ann\n15 + 35\n2 * 3\n"); hear(peer)
say(peer, b"1 + 1\n|\n2 + 2\n"); hear(peer)
say(peer, b"q\n")
