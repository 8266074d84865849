"""Says the words of a knock-knock to a relay."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Knock knock..")
hear(peer)
