"""A name in ISO-8859-1."""
from _peer import connect, say, stay

peer = connect()
say(peer, b"Zo\xeb")
stay()
