"""Says done, and reads until the end, which does not come."""
from _peer import connect, hear, say, until_closed

peer = connect()
hear(peer); say(peer, b"some words"); hear(peer)
say(peer, b"done"); until_closed(peer)
