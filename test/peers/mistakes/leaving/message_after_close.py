"""A message to a relay that was told to close."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve"); hear(peer)
say(peer, b"close"); hear(peer); say(peer, b"one more thing|eve")
stay()
