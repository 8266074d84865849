"""str() of bytes: b'…' goes out too."""
from _peer import connect, hear, say

peer = connect()
say(peer, str(b"server3").encode())
hear(peer)
