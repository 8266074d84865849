"""A shorter message in the buffer of a longer one, without an end."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve"); hear(peer)
say(peer, b"are you there|eve"); hear(peer)
say(peer, b"no answer!|eve" + b"eve"); hear(peer)
stay()
