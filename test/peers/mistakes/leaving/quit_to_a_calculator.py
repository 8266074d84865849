"""Says quit, where a calculator has q."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve")
say(peer, b"6 / 4"); hear(peer)
say(peer, b"quit"); hear(peer)
stay()
