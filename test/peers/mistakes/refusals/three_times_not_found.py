"""Asks three times for what is not there."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3"); hear(peer)
for _ in range(3):
    say(peer, b"notes.txt"); hear(peer)
