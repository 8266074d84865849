"""Another program's word for download."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"get server.txt"); hear(peer)
stay()
