"""Says bye, where a relay has close."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve"); hear(peer)
say(peer, b"note to self|eve"); hear(peer)
say(peer, b"bye"); hear(peer)
stay()
