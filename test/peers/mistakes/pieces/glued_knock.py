"""The joke's first two lines in one piece."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"Knock knock.." + b"Olive")
hear(peer)
stay()
