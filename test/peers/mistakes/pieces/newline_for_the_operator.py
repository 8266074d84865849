"""scanf("%c") takes the newline of the number before for the operator."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"ann")
say(peer, b"15 \n 35")
hear(peer)
hear(peer)
