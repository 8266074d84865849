"""Sends the token twice."""
from _peer import connect, hear, say, stay

peer = connect()
for _ in range(2):
    say(peer, b"server3"); hear(peer)
stay()
