"""DOWNLOAD is echoed back."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"Download server.txt"); hear(peer)
say(peer, b"Close"); hear(peer)
stay()
