"""One query."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"Q\x0elu@example.org")
hear(peer); until_closed(peer)
