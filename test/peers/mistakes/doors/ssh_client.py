"""An ssh client."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"SSH-2.0-OpenSSH_9.6\r\n")
hear(peer)
