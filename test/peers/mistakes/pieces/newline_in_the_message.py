"""fgets() leaves its newline in the text, and |user comes after it."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"alice"); hear(peer)
say(peer, b"hello\n|bob\n"); hear(peer); hear(peer)
