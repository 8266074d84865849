"""fmt.Fprintf(conn, text) takes the % of the text for a format."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b":Ann:ann"); hear(peer)
say(peer, b":Ann:I am 100%!s(MISSING)ure"); hear(peer)
while hear(peer):
    pass
