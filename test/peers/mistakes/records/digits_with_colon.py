"""Q14:lu@…"""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q14:lu@example.org")
hear(peer)
