"""%-32s fills up with blanks."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"%-32s" % b"server3")
hear(peer)
