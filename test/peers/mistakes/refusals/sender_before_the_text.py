"""alice|bob|hello: sender, receiver, text."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"alice"); hear(peer)
say(peer, b"alice|bob|hello"); hear(peer)
