"""struct { char; char; char[50]; } sent whole."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0elu@example.org".ljust(52, b"\0"))
hear(peer)
