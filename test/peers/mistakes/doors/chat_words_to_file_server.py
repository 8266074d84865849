"""Says the words of a chat to a file-server."""
from _peer import connect, hear, say

peer = connect()
say(peer, b":Eve:eve")
hear(peer)
