"""The whole joke."""
from _peer import connect, hear, say

peer = connect()
for text in (b"Knock knock..", b"Olive", b"Olive you too!"):
    say(peer, text); hear(peer)
