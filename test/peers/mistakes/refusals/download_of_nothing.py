"""A file that is not there."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"download Server.txt"); hear(peer)
stay()
