"""Unicode strings of C#."""
from _peer import connect, hear, say

peer = connect()
say(peer, "Knock knock..".encode("utf-16-le"))
hear(peer)
