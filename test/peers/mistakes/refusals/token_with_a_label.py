"""The token, after a label."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"token: server3"); hear(peer)
