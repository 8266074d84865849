"""XML where an expression is due."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"<expression><a>8</a><op>/</op><b>2</b></expression>\n")
hear(peer)
