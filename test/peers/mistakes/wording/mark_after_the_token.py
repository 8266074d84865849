"""<END> after the token."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3<END>"); hear(peer)
