"""printf("Q %d %s")."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q 14 lu@example.org")
hear(peer)
