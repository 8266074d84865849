"""Header and address in two sends, and the second one is forgotten."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0e")
hear(peer)
